"""Sinch sender IDs: the backend, its configuration, and the models of registrations and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.lazy import LazyExports

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.config import SenderIdConfig as SenderIdConfig
    from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend as SenderIdBackend
    from campaign_reg.providers.sinch.sender_id.callbacks import (
        CallbackConfiguration as CallbackConfiguration,
    )
    from campaign_reg.providers.sinch.sender_id.callbacks import EventType as EventType
    from campaign_reg.providers.sinch.sender_id.callbacks import RegistrationEvent as RegistrationEvent
    from campaign_reg.providers.sinch.sender_id.callbacks import parse_callback as parse_callback
    from campaign_reg.providers.sinch.sender_id.models import UNCHANGED as UNCHANGED
    from campaign_reg.providers.sinch.sender_id.models import Attachment as Attachment
    from campaign_reg.providers.sinch.sender_id.models import Deletion as Deletion
    from campaign_reg.providers.sinch.sender_id.models import LogEntry as LogEntry
    from campaign_reg.providers.sinch.sender_id.models import PriceMode as PriceMode
    from campaign_reg.providers.sinch.sender_id.models import RegistrationDraft as RegistrationDraft
    from campaign_reg.providers.sinch.sender_id.models import RegistrationPrice as RegistrationPrice
    from campaign_reg.providers.sinch.sender_id.models import RegistrationState as RegistrationState
    from campaign_reg.providers.sinch.sender_id.models import RegistrationType as RegistrationType
    from campaign_reg.providers.sinch.sender_id.models import RegistrationUpdate as RegistrationUpdate
    from campaign_reg.providers.sinch.sender_id.models import RequestDetails as RequestDetails
    from campaign_reg.providers.sinch.sender_id.models import SenderIdRegistration as SenderIdRegistration
    from campaign_reg.providers.sinch.sender_id.models import Unchanged as Unchanged
    from campaign_reg.providers.sinch.sender_id.models import UploadStatus as UploadStatus
    from campaign_reg.providers.sinch.sender_id.policies import AttachmentDefinition as AttachmentDefinition
    from campaign_reg.providers.sinch.sender_id.policies import Market as Market
    from campaign_reg.providers.sinch.sender_id.policies import MarketVersion as MarketVersion
    from campaign_reg.providers.sinch.sender_id.policies import Policy as Policy
    from campaign_reg.providers.sinch.sender_id.policies import PolicyField as PolicyField
    from campaign_reg.providers.sinch.sender_id.policies import PolicyForm as PolicyForm
    from campaign_reg.providers.sinch.sender_id.policies import PolicyMultiType as PolicyMultiType
    from campaign_reg.providers.sinch.sender_id.policies import PolicyPrice as PolicyPrice
    from campaign_reg.providers.sinch.sender_id.policies import PolicySection as PolicySection
    from campaign_reg.providers.sinch.sender_id.policies import PolicyStatus as PolicyStatus
    from campaign_reg.providers.sinch.sender_id.policies import (
        SpecialConditionAnswer as SpecialConditionAnswer,
    )
    from campaign_reg.providers.sinch.sender_id.policies import SpecialConditions as SpecialConditions
    from campaign_reg.providers.sinch.sender_id.policies import Subscription as Subscription

_EXPORTS = LazyExports(
    __name__,
    {
        "campaign_reg.providers.sinch.config": ["SenderIdConfig"],
        "campaign_reg.providers.sinch.sender_id.backend": ["SenderIdBackend"],
        "campaign_reg.providers.sinch.sender_id.callbacks": [
            "CallbackConfiguration", "EventType", "RegistrationEvent", "parse_callback",
        ],
        "campaign_reg.providers.sinch.sender_id.models": [
            "UNCHANGED", "Attachment", "Deletion", "LogEntry", "PriceMode", "RegistrationDraft",
            "RegistrationPrice", "RegistrationState", "RegistrationType", "RegistrationUpdate",
            "RequestDetails", "SenderIdRegistration", "Unchanged", "UploadStatus",
        ],
        "campaign_reg.providers.sinch.sender_id.policies": [
            "AttachmentDefinition", "Market", "MarketVersion", "Policy", "PolicyField", "PolicyForm",
            "PolicyMultiType", "PolicyPrice", "PolicySection", "PolicyStatus", "SpecialConditionAnswer",
            "SpecialConditions", "Subscription",
        ],
    },
)  # fmt: skip

__all__ = _EXPORTS.names  # pyright: ignore[reportUnsupportedDunderAll]

if not TYPE_CHECKING:  # so that type checkers find misspelt names
    __getattr__, __dir__ = _EXPORTS.load, _EXPORTS.dir
