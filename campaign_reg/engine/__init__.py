"""Polling and batches; works for any backend, knows none."""
