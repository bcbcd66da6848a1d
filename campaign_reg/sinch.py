"""Sinch 10DLC: the backend, its configuration, and the models of campaigns, brands and toll-free numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.lazy import LazyExports

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.config import SinchConfig as SinchConfig
    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend as SinchBackend
    from campaign_reg.providers.sinch.ten_dlc.brand_models import Brand as Brand
    from campaign_reg.providers.sinch.ten_dlc.brand_models import BrandDraft as BrandDraft
    from campaign_reg.providers.sinch.ten_dlc.brand_models import BrandEntityType as BrandEntityType
    from campaign_reg.providers.sinch.ten_dlc.brand_models import (
        BrandRegistrationType as BrandRegistrationType,
    )
    from campaign_reg.providers.sinch.ten_dlc.brand_models import BrandStatus as BrandStatus
    from campaign_reg.providers.sinch.ten_dlc.brand_models import BrandVertical as BrandVertical
    from campaign_reg.providers.sinch.ten_dlc.brand_models import CompanyDetails as CompanyDetails
    from campaign_reg.providers.sinch.ten_dlc.brand_models import ContactDetails as ContactDetails
    from campaign_reg.providers.sinch.ten_dlc.brand_models import FinancialDetails as FinancialDetails
    from campaign_reg.providers.sinch.ten_dlc.brand_models import IdentityStatus as IdentityStatus
    from campaign_reg.providers.sinch.ten_dlc.brand_models import Vetting as Vetting
    from campaign_reg.providers.sinch.ten_dlc.brand_models import VettingStatus as VettingStatus
    from campaign_reg.providers.sinch.ten_dlc.brands import Brands as Brands
    from campaign_reg.providers.sinch.ten_dlc.models import BrandTier as BrandTier
    from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft as CampaignDraft
    from campaign_reg.providers.sinch.ten_dlc.models import CampaignStatus as CampaignStatus
    from campaign_reg.providers.sinch.ten_dlc.models import Deletion as Deletion
    from campaign_reg.providers.sinch.ten_dlc.models import FileCategory as FileCategory
    from campaign_reg.providers.sinch.ten_dlc.models import LastActionStatus as LastActionStatus
    from campaign_reg.providers.sinch.ten_dlc.models import Mno as Mno
    from campaign_reg.providers.sinch.ten_dlc.models import OperatorTerms as OperatorTerms
    from campaign_reg.providers.sinch.ten_dlc.models import Resubmission as Resubmission
    from campaign_reg.providers.sinch.ten_dlc.models import SinchCampaign as SinchCampaign
    from campaign_reg.providers.sinch.ten_dlc.models import TpmScope as TpmScope
    from campaign_reg.providers.sinch.ten_dlc.models import UseCase as UseCase
    from campaign_reg.providers.sinch.ten_dlc.qualification_models import Qualification as Qualification
    from campaign_reg.providers.sinch.ten_dlc.qualification_models import QualifiedTerms as QualifiedTerms
    from campaign_reg.providers.sinch.ten_dlc.toll_free import TollFree as TollFree
    from campaign_reg.providers.sinch.ten_dlc.toll_free_models import MESSAGE_VOLUMES as MESSAGE_VOLUMES
    from campaign_reg.providers.sinch.ten_dlc.toll_free_models import BusinessType as BusinessType
    from campaign_reg.providers.sinch.ten_dlc.toll_free_models import ReviewerNote as ReviewerNote
    from campaign_reg.providers.sinch.ten_dlc.toll_free_models import TollFreeDraft as TollFreeDraft
    from campaign_reg.providers.sinch.ten_dlc.toll_free_models import TollFreeStatus as TollFreeStatus
    from campaign_reg.providers.sinch.ten_dlc.toll_free_models import (
        TollFreeVerification as TollFreeVerification,
    )

_EXPORTS = LazyExports(
    __name__,
    {
        "campaign_reg.providers.sinch.config": ["SinchConfig"],
        "campaign_reg.providers.sinch.ten_dlc.backend": ["SinchBackend"],
        "campaign_reg.providers.sinch.ten_dlc.brand_models": [
            "Brand", "BrandDraft", "BrandEntityType", "BrandRegistrationType", "BrandStatus",
            "BrandVertical", "CompanyDetails", "ContactDetails", "FinancialDetails", "IdentityStatus",
            "Vetting", "VettingStatus",
        ],
        "campaign_reg.providers.sinch.ten_dlc.brands": ["Brands"],
        "campaign_reg.providers.sinch.ten_dlc.models": [
            "BrandTier", "CampaignDraft", "CampaignStatus", "Deletion", "FileCategory", "LastActionStatus",
            "Mno", "OperatorTerms", "Resubmission", "SinchCampaign", "TpmScope", "UseCase",
        ],
        "campaign_reg.providers.sinch.ten_dlc.qualification_models": ["Qualification", "QualifiedTerms"],
        "campaign_reg.providers.sinch.ten_dlc.toll_free": ["TollFree"],
        "campaign_reg.providers.sinch.ten_dlc.toll_free_models": [
            "MESSAGE_VOLUMES", "BusinessType", "ReviewerNote", "TollFreeDraft", "TollFreeStatus",
            "TollFreeVerification",
        ],
    },
)  # fmt: skip

__all__ = _EXPORTS.names  # pyright: ignore[reportUnsupportedDunderAll]

if not TYPE_CHECKING:  # so that type checkers find misspelt names
    __getattr__, __dir__ = _EXPORTS.load, _EXPORTS.dir
