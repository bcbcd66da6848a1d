"""Sinch sender IDs: registrations of senders in markets all over the world."""
