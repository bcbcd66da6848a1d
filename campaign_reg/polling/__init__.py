"""Polling of many actions: when each is due, one by one or through a listing."""
