"""What a batch came to, read from its journal: the account, the failed rows, and the report as one HTML file."""
