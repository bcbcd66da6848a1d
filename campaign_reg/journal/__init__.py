"""The journal of a batch: the port, its SQLite file, and its reader."""
