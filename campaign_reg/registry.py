"""Registered providers, for those who list them or write one."""

from campaign_reg.providers.registry import GROUP, Provider, load, names

__all__ = ["GROUP", "Provider", "load", "names"]
