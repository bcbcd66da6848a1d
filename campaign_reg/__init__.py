"""Carries messaging campaigns through registration, resubmission, renewal and approval, and never pays twice."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaign_reg import registry as registry
    from campaign_reg.batch.batch import Batch as Batch
    from campaign_reg.batch.results import BatchRow as BatchRow
    from campaign_reg.batch.results import RowResult as RowResult
    from campaign_reg.connection import connect as connect
    from campaign_reg.enums import CampaignState as CampaignState
    from campaign_reg.enums import Evidence as Evidence
    from campaign_reg.enums import Verb as Verb
    from campaign_reg.enums import Verdict as Verdict
    from campaign_reg.errors import ApiError as ApiError
    from campaign_reg.errors import AuthenticationError as AuthenticationError
    from campaign_reg.errors import CampaignRegError as CampaignRegError
    from campaign_reg.errors import ConfigurationError as ConfigurationError
    from campaign_reg.errors import ConflictError as ConflictError
    from campaign_reg.errors import ConnectError as ConnectError
    from campaign_reg.errors import DecodeError as DecodeError
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
    from campaign_reg.errors import TransportError as TransportError
    from campaign_reg.errors import UnsupportedVerbError as UnsupportedVerbError
    from campaign_reg.models.outcome import Outcome as Outcome
    from campaign_reg.polling.poller import Poller as Poller
    from campaign_reg.protocol.action import Action as Action
    from campaign_reg.protocol.schedule import Schedule as Schedule
    from campaign_reg.providers.rcs.config import RcsConfig as RcsConfig
    from campaign_reg.providers.responsys.config import ResponsysConfig as ResponsysConfig
    from campaign_reg.providers.sinch.config import SenderIdConfig as SenderIdConfig
    from campaign_reg.providers.sinch.config import SinchConfig as SinchConfig
    from campaign_reg.rate import Limits as Limits

_HOMES = {
    "campaign_reg.connection": ["connect"],
    "campaign_reg.batch.batch": ["Batch"],
    "campaign_reg.polling.poller": ["Poller"],
    "campaign_reg.batch.results": ["BatchRow", "RowResult"],
    "campaign_reg.enums": ["CampaignState", "Evidence", "Verb", "Verdict"],
    "campaign_reg.errors": [
        "ApiError", "AuthenticationError", "CampaignRegError", "ConfigurationError", "ConflictError", "ConnectError",
        "DecodeError", "InvalidInputError", "InvalidRequestError", "JournalError", "JournalInUseError",
        "JournalMismatchError", "NotFoundError", "OutcomeUnknownError", "PaginationError", "PermissionDeniedError",
        "PollTimeoutError", "RateLimitError", "RequestTimeoutError", "ServerError", "TransportError",
        "UnsupportedVerbError",
    ],
    "campaign_reg.models.outcome": ["Outcome"],
    "campaign_reg.rate": ["Limits"],
    "campaign_reg.protocol.action": ["Action"],
    "campaign_reg.protocol.schedule": ["Schedule"],
    "campaign_reg.providers.rcs.config": ["RcsConfig"],
    "campaign_reg.providers.responsys.config": ["ResponsysConfig"],
    "campaign_reg.providers.sinch.config": ["SenderIdConfig", "SinchConfig"],
    "campaign_reg.registry": ["registry"],
}  # fmt: skip
_HOME_OF = {name: home for home, exported in _HOMES.items() for name in exported}

__all__ = sorted(_HOME_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(home)
    value = module if name == "registry" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
