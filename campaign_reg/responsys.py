"""Oracle Responsys: the backend, its configuration, and the models of campaigns, approvals and launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.lazy import LazyExports

if TYPE_CHECKING:
    from campaign_reg.providers.responsys.approval_models import Approval as Approval
    from campaign_reg.providers.responsys.approval_models import ApprovalStatus as ApprovalStatus
    from campaign_reg.providers.responsys.approval_models import CampaignApproval as CampaignApproval
    from campaign_reg.providers.responsys.backend import ResponsysBackend as ResponsysBackend
    from campaign_reg.providers.responsys.config import ResponsysConfig as ResponsysConfig
    from campaign_reg.providers.responsys.details import CloseResult as CloseResult
    from campaign_reg.providers.responsys.details import Organization as Organization
    from campaign_reg.providers.responsys.details import Preview as Preview
    from campaign_reg.providers.responsys.details import ProofList as ProofList
    from campaign_reg.providers.responsys.details import RateLimit as RateLimit
    from campaign_reg.providers.responsys.details import RenderedBody as RenderedBody
    from campaign_reg.providers.responsys.details import SearchFilters as SearchFilters
    from campaign_reg.providers.responsys.details import SearchHit as SearchHit
    from campaign_reg.providers.responsys.details import SortField as SortField
    from campaign_reg.providers.responsys.models import AutoCloseOption as AutoCloseOption
    from campaign_reg.providers.responsys.models import CampaignChanges as CampaignChanges
    from campaign_reg.providers.responsys.models import CampaignDraft as CampaignDraft
    from campaign_reg.providers.responsys.models import CampaignFields as CampaignFields
    from campaign_reg.providers.responsys.models import CampaignStatus as CampaignStatus
    from campaign_reg.providers.responsys.models import CampaignType as CampaignType
    from campaign_reg.providers.responsys.models import DataSource as DataSource
    from campaign_reg.providers.responsys.models import DataSourceField as DataSourceField
    from campaign_reg.providers.responsys.models import Link as Link
    from campaign_reg.providers.responsys.models import Purpose as Purpose
    from campaign_reg.providers.responsys.models import ResponsysCampaign as ResponsysCampaign
    from campaign_reg.providers.responsys.models import UnsubscribeOption as UnsubscribeOption
    from campaign_reg.providers.responsys.schedule_models import LaunchOptions as LaunchOptions
    from campaign_reg.providers.responsys.schedule_models import LaunchSchedule as LaunchSchedule
    from campaign_reg.providers.responsys.schedule_models import ScheduleType as ScheduleType

_EXPORTS = LazyExports(
    __name__,
    {
        "campaign_reg.providers.responsys.approval_models": [
            "Approval", "ApprovalStatus", "CampaignApproval",
        ],
        "campaign_reg.providers.responsys.backend": ["ResponsysBackend"],
        "campaign_reg.providers.responsys.config": ["ResponsysConfig"],
        "campaign_reg.providers.responsys.details": [
            "CloseResult", "Organization", "Preview", "ProofList", "RateLimit", "RenderedBody",
            "SearchFilters", "SearchHit", "SortField",
        ],
        "campaign_reg.providers.responsys.models": [
            "AutoCloseOption", "CampaignChanges", "CampaignDraft", "CampaignFields", "CampaignStatus",
            "CampaignType", "DataSource", "DataSourceField", "Link", "Purpose", "ResponsysCampaign",
            "UnsubscribeOption",
        ],
        "campaign_reg.providers.responsys.schedule_models": [
            "LaunchOptions", "LaunchSchedule", "ScheduleType",
        ],
    },
)  # fmt: skip

__all__ = _EXPORTS.names  # pyright: ignore[reportUnsupportedDunderAll]

if not TYPE_CHECKING:  # so that type checkers find misspelt names
    __getattr__, __dir__ = _EXPORTS.load, _EXPORTS.dir
