"""Oracle Responsys: campaigns, their approvals and launches."""

from campaign_reg.providers.registry import Provider
from campaign_reg.providers.responsys.auth import scheme_for
from campaign_reg.providers.responsys.backend import ResponsysBackend
from campaign_reg.providers.responsys.config import ResponsysConfig

__all__ = ["PROVIDER", "ResponsysBackend", "ResponsysConfig"]

PROVIDER = Provider(
    name="responsys",
    title="Oracle Responsys campaigns",
    config=ResponsysConfig,
    scheme=scheme_for,
    backend=ResponsysBackend,
)
