"""Sinch 10DLC: campaigns of the US registry."""

from campaign_reg.providers.registry import Provider
from campaign_reg.providers.sinch.auth import scheme_for
from campaign_reg.providers.sinch.config import SinchConfig
from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend

__all__ = ["PROVIDER", "SinchBackend", "SinchConfig"]

PROVIDER = Provider(
    name="sinch",
    title="Sinch 10DLC campaigns",
    config=SinchConfig,
    scheme=scheme_for,
    backend=SinchBackend,
)
