"""The sandbox's RCS platform."""
