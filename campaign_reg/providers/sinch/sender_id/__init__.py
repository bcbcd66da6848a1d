"""Sinch sender IDs: registrations of senders in markets all over the world."""

from campaign_reg.providers.registry import Provider
from campaign_reg.providers.sinch.auth import scheme_for
from campaign_reg.providers.sinch.config import SenderIdConfig
from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend

__all__ = ["PROVIDER", "SenderIdBackend", "SenderIdConfig"]

PROVIDER = Provider(
    name="sinch-senderid",
    title="Sinch sender ID registrations",
    config=SenderIdConfig,
    scheme=scheme_for,
    backend=SenderIdBackend,
)
