"""The sandbox's sender ID registration API."""
