"""Sinch: two APIs of one vendor, sharing configuration, credentials and errors."""
