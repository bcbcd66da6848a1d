"""RCS at BSG and WWT: the backend, its configuration, and the models of campaigns and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.lazy import LazyExports

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.backend import RcsBackend as RcsBackend
    from campaign_reg.providers.rcs.callbacks import parse_callback as parse_callback
    from campaign_reg.providers.rcs.config import RcsConfig as RcsConfig
    from campaign_reg.providers.rcs.drafts import CampaignDraft as CampaignDraft
    from campaign_reg.providers.rcs.drafts import Card as Card
    from campaign_reg.providers.rcs.drafts import ExportQuery as ExportQuery
    from campaign_reg.providers.rcs.drafts import ExportSource as ExportSource
    from campaign_reg.providers.rcs.drafts import MessageDraft as MessageDraft
    from campaign_reg.providers.rcs.drafts import Recipient as Recipient
    from campaign_reg.providers.rcs.drafts import Renewal as Renewal
    from campaign_reg.providers.rcs.drafts import SmsFallback as SmsFallback
    from campaign_reg.providers.rcs.drafts import Suggestion as Suggestion
    from campaign_reg.providers.rcs.envelopes import Balance as Balance
    from campaign_reg.providers.rcs.envelopes import ContactList as ContactList
    from campaign_reg.providers.rcs.envelopes import ExportJob as ExportJob
    from campaign_reg.providers.rcs.envelopes import ExportRow as ExportRow
    from campaign_reg.providers.rcs.envelopes import Tariff as Tariff
    from campaign_reg.providers.rcs.events import ClickEvent as ClickEvent
    from campaign_reg.providers.rcs.events import Event as Event
    from campaign_reg.providers.rcs.events import StatusEvent as StatusEvent
    from campaign_reg.providers.rcs.message_models import MessageFallback as MessageFallback
    from campaign_reg.providers.rcs.message_models import MessageSource as MessageSource
    from campaign_reg.providers.rcs.message_models import MessageStatus as MessageStatus
    from campaign_reg.providers.rcs.message_models import RcsMessage as RcsMessage
    from campaign_reg.providers.rcs.message_models import SmsParts as SmsParts
    from campaign_reg.providers.rcs.models import Amount as Amount
    from campaign_reg.providers.rcs.models import CampaignRecord as CampaignRecord
    from campaign_reg.providers.rcs.models import CampaignStatus as CampaignStatus
    from campaign_reg.providers.rcs.models import FallbackCounts as FallbackCounts
    from campaign_reg.providers.rcs.models import FallbackTotals as FallbackTotals
    from campaign_reg.providers.rcs.models import MessageCounts as MessageCounts
    from campaign_reg.providers.rcs.models import MessageType as MessageType
    from campaign_reg.providers.rcs.models import RcsCampaign as RcsCampaign
    from campaign_reg.providers.rcs.models import RcsCampaignDetail as RcsCampaignDetail
    from campaign_reg.providers.rcs.models import SmsCounts as SmsCounts
    from campaign_reg.providers.rcs.models import SmsTotals as SmsTotals
    from campaign_reg.providers.rcs.models import Totals as Totals

_EXPORTS = LazyExports(
    __name__,
    {
        "campaign_reg.providers.rcs.backend": ["RcsBackend"],
        "campaign_reg.providers.rcs.callbacks": ["parse_callback"],
        "campaign_reg.providers.rcs.config": ["RcsConfig"],
        "campaign_reg.providers.rcs.drafts": [
            "CampaignDraft", "Card", "ExportQuery", "ExportSource", "MessageDraft", "Recipient", "Renewal",
            "SmsFallback", "Suggestion",
        ],
        "campaign_reg.providers.rcs.envelopes": [
            "Balance", "ContactList", "ExportJob", "ExportRow", "Tariff",
        ],
        "campaign_reg.providers.rcs.events": ["ClickEvent", "Event", "StatusEvent"],
        "campaign_reg.providers.rcs.message_models": [
            "MessageFallback", "MessageSource", "MessageStatus", "RcsMessage", "SmsParts",
        ],
        "campaign_reg.providers.rcs.models": [
            "Amount", "CampaignRecord", "CampaignStatus", "FallbackCounts", "FallbackTotals",
            "MessageCounts", "MessageType", "RcsCampaign", "RcsCampaignDetail", "SmsCounts", "SmsTotals",
            "Totals",
        ],
    },
)  # fmt: skip

__all__ = _EXPORTS.names  # pyright: ignore[reportUnsupportedDunderAll]

if not TYPE_CHECKING:  # so that type checkers find misspelt names
    __getattr__, __dir__ = _EXPORTS.load, _EXPORTS.dir
