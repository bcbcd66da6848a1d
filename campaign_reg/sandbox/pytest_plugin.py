"""Fixtures for tests that use the sandbox."""
