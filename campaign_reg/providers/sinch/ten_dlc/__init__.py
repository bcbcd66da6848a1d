"""Sinch 10DLC: campaigns of the US registry."""
