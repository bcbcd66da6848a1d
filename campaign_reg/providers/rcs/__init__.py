"""RCS campaigns at BSG and its white label WWT."""

from campaign_reg.providers.rcs.auth import RcsJwt
from campaign_reg.providers.rcs.backend import RcsBackend
from campaign_reg.providers.rcs.config import RcsConfig
from campaign_reg.providers.registry import Provider

__all__ = ["PROVIDER", "RcsBackend", "RcsConfig"]

PROVIDER = Provider(
    name="rcs",
    title="RCS campaigns at BSG and WWT",
    config=RcsConfig,
    scheme=RcsJwt,
    backend=RcsBackend,
)
