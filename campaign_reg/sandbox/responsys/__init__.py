"""The sandbox's Responsys."""
