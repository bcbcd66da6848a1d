"""The protocol between providers and batches, pollers and the command: neither side imports the other."""
