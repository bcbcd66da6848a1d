"""Acme's campaigns for campaign_reg: `connect("acme", workspace=..., api_key=...)`."""

from acme_campaigns.backend import AcmeBackend
from acme_campaigns.config import AcmeConfig
from campaign_reg.providers.credentials import HeaderAuth
from campaign_reg.registry import Provider

__all__ = ["PROVIDER", "AcmeBackend", "AcmeConfig"]

PROVIDER = Provider(
    name="acme",
    title="Acme campaigns",
    config=AcmeConfig,
    scheme=lambda config: HeaderAuth(config.base_url, "X-Acme-Key", config.api_key),
    backend=AcmeBackend,
)
