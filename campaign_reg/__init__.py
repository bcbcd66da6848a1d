"""Carries messaging campaigns through registration, resubmission, renewal and approval, and never pays twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.lazy import LazyExports

if TYPE_CHECKING:
    from campaign_reg import rcs as rcs
    from campaign_reg import registry as registry
    from campaign_reg import responsys as responsys
    from campaign_reg import sender_id as sender_id
    from campaign_reg import sinch as sinch
    from campaign_reg.batch.batch import Batch as Batch
    from campaign_reg.batch.guardrails import Guardrails as Guardrails
    from campaign_reg.batch.plan import Plan as Plan
    from campaign_reg.batch.plan import PlanNote as PlanNote
    from campaign_reg.batch.plan import PlanRow as PlanRow
    from campaign_reg.batch.plan import Risk as Risk
    from campaign_reg.batch.plan import Step as Step
    from campaign_reg.batch.results import AddReport as AddReport
    from campaign_reg.batch.results import BatchRow as BatchRow
    from campaign_reg.batch.results import ReasonGroup as ReasonGroup
    from campaign_reg.batch.results import RowHandle as RowHandle
    from campaign_reg.batch.results import Summary as Summary
    from campaign_reg.clock import Clock as Clock
    from campaign_reg.clock import SystemClock as SystemClock
    from campaign_reg.connection import Connection as Connection
    from campaign_reg.connection import ConnectOptions as ConnectOptions
    from campaign_reg.connection import connect as connect
    from campaign_reg.enums import CampaignState as CampaignState
    from campaign_reg.enums import Evidence as Evidence
    from campaign_reg.enums import OpenEnum as OpenEnum
    from campaign_reg.enums import Verb as Verb
    from campaign_reg.enums import Verdict as Verdict
    from campaign_reg.errors import ApiError as ApiError
    from campaign_reg.errors import AuthenticationError as AuthenticationError
    from campaign_reg.errors import BatchClosedError as BatchClosedError
    from campaign_reg.errors import BatchHaltedError as BatchHaltedError
    from campaign_reg.errors import CampaignHeldError as CampaignHeldError
    from campaign_reg.errors import CampaignRegError as CampaignRegError
    from campaign_reg.errors import ConfigurationError as ConfigurationError
    from campaign_reg.errors import ConflictError as ConflictError
    from campaign_reg.errors import ConnectError as ConnectError
    from campaign_reg.errors import DecodeError as DecodeError
    from campaign_reg.errors import Halt as Halt
    from campaign_reg.errors import HeldBackError as HeldBackError
    from campaign_reg.errors import InvalidInputError as InvalidInputError
    from campaign_reg.errors import InvalidRequestError as InvalidRequestError
    from campaign_reg.errors import JournalError as JournalError
    from campaign_reg.errors import JournalInUseError as JournalInUseError
    from campaign_reg.errors import JournalMismatchError as JournalMismatchError
    from campaign_reg.errors import NotFoundError as NotFoundError
    from campaign_reg.errors import OutcomeUnknownError as OutcomeUnknownError
    from campaign_reg.errors import PaginationError as PaginationError
    from campaign_reg.errors import PermissionDeniedError as PermissionDeniedError
    from campaign_reg.errors import PollTimeoutError as PollTimeoutError
    from campaign_reg.errors import RateLimitError as RateLimitError
    from campaign_reg.errors import RequestTimeoutError as RequestTimeoutError
    from campaign_reg.errors import ServerError as ServerError
    from campaign_reg.errors import StateError as StateError
    from campaign_reg.errors import TransportError as TransportError
    from campaign_reg.errors import UnsupportedVerbError as UnsupportedVerbError
    from campaign_reg.files import FileSource as FileSource
    from campaign_reg.files import FolderSink as FolderSink
    from campaign_reg.journal.records import RowResult as RowResult
    from campaign_reg.models.campaign import Campaign as Campaign
    from campaign_reg.models.finding import Finding as Finding
    from campaign_reg.models.finding import Severity as Severity
    from campaign_reg.models.outcome import Feedback as Feedback
    from campaign_reg.models.outcome import Outcome as Outcome
    from campaign_reg.models.reading import Reading as Reading
    from campaign_reg.models.terms import Change as Change
    from campaign_reg.models.terms import Direction as Direction
    from campaign_reg.polling.poller import Poller as Poller
    from campaign_reg.protocol.action import Action as Action
    from campaign_reg.protocol.backend import Backend as Backend
    from campaign_reg.protocol.config import ProviderConfig as ProviderConfig
    from campaign_reg.protocol.pager import Page as Page
    from campaign_reg.protocol.pager import Pager as Pager
    from campaign_reg.protocol.ports import CampaignBackend as CampaignBackend
    from campaign_reg.protocol.schedule import Schedule as Schedule
    from campaign_reg.protocol.write import Intent as Intent
    from campaign_reg.providers.rcs.config import RcsConfig as RcsConfig
    from campaign_reg.providers.responsys.config import ResponsysConfig as ResponsysConfig
    from campaign_reg.providers.sinch.config import SenderIdConfig as SenderIdConfig
    from campaign_reg.providers.sinch.config import SinchConfig as SinchConfig
    from campaign_reg.rate import Departure as Departure
    from campaign_reg.rate import Limits as Limits
    from campaign_reg.rate import RateLimiter as RateLimiter
    from campaign_reg.rate import Reservation as Reservation
    from campaign_reg.transport.limiter import GcraLimiter as GcraLimiter

_EXPORTS = LazyExports(
    __name__,
    {
        "campaign_reg.batch.batch": ["Batch"],
        "campaign_reg.batch.guardrails": ["Guardrails"],
        "campaign_reg.batch.plan": ["Plan", "PlanNote", "PlanRow", "Risk", "Step"],
        "campaign_reg.batch.results": [
            "AddReport", "BatchRow", "ReasonGroup", "RowHandle", "Summary",
        ],
        "campaign_reg.clock": ["Clock", "SystemClock"],
        "campaign_reg.connection": ["ConnectOptions", "Connection", "connect"],
        "campaign_reg.enums": ["CampaignState", "Evidence", "OpenEnum", "Verb", "Verdict"],
        "campaign_reg.errors": [
            "ApiError", "AuthenticationError", "BatchClosedError", "BatchHaltedError", "CampaignHeldError",
            "CampaignRegError", "ConfigurationError", "ConflictError", "ConnectError", "DecodeError", "Halt",
            "HeldBackError", "InvalidInputError", "InvalidRequestError", "JournalError", "JournalInUseError",
            "JournalMismatchError", "NotFoundError", "OutcomeUnknownError", "PaginationError",
            "PermissionDeniedError", "PollTimeoutError", "RateLimitError", "RequestTimeoutError", "ServerError",
            "StateError", "TransportError", "UnsupportedVerbError",
        ],
        "campaign_reg.files": ["FileSource", "FolderSink"],
        "campaign_reg.journal.records": ["RowResult"],
        "campaign_reg.models.campaign": ["Campaign"],
        "campaign_reg.models.finding": ["Finding", "Severity"],
        "campaign_reg.models.outcome": ["Feedback", "Outcome"],
        "campaign_reg.models.reading": ["Reading"],
        "campaign_reg.models.terms": ["Change", "Direction"],
        "campaign_reg.polling.poller": ["Poller"],
        "campaign_reg.protocol.action": ["Action"],
        "campaign_reg.protocol.backend": ["Backend"],
        "campaign_reg.protocol.config": ["ProviderConfig"],
        "campaign_reg.protocol.pager": ["Page", "Pager"],
        "campaign_reg.protocol.ports": ["CampaignBackend"],
        "campaign_reg.protocol.schedule": ["Schedule"],
        "campaign_reg.protocol.write": ["Intent"],
        "campaign_reg.providers.rcs.config": ["RcsConfig"],
        "campaign_reg.providers.responsys.config": ["ResponsysConfig"],
        "campaign_reg.providers.sinch.config": ["SenderIdConfig", "SinchConfig"],
        "campaign_reg.rate": ["Departure", "Limits", "RateLimiter", "Reservation"],
        "campaign_reg.transport.limiter": ["GcraLimiter"],
    },
    submodules=["rcs", "registry", "responsys", "sender_id", "sinch"],
)  # fmt: skip

__all__ = _EXPORTS.names  # pyright: ignore[reportUnsupportedDunderAll]

if not TYPE_CHECKING:  # so that type checkers find misspelt names
    __getattr__, __dir__ = _EXPORTS.load, _EXPORTS.dir
