"""Sinch's JSON to our models and back."""

from __future__ import annotations

from datetime import datetime

import cattrs

from campaign_reg.errors import DecodeError
from campaign_reg.models.outcome import Feedback
from campaign_reg.models.reading import Terms
from campaign_reg.providers.sinch.ten_dlc import brand_models, models, qualification_models, toll_free_models
from campaign_reg.providers.sinch.ten_dlc.advice import advice_on
from campaign_reg.wire.codec import make_converter as base_converter
from campaign_reg.wire.codec import parse_datetime, register_model

_CAMPAIGN_NAMES = {
    "id": "campaignRegistrationId",
    "tcr_id": "campaignId",
    "created_at": "createDate",
    "updated_at": "modifiedDate",
    "billed_at": "billedDate",
}
_TERMS = ("status", "msg_class", "tpm", "tpm_scope", "brand_tier", "brand_daily_cap")
_DRAFT_NAMES = {
    "terms_and_conditions_link": "terms_and_conditions_link",
    "privacy_policy_link": "privacy_policy_link",
}


def make_converter() -> cattrs.Converter:
    """A converter that knows every document of the API; extend it with hooks of your own."""
    converter = base_converter()
    _register_brands(converter)
    _register_toll_free(converter)
    register_model(converter, models.OperatorTerms, shared=True)
    register_model(converter, models.SinchCampaign, _CAMPAIGN_NAMES)
    register_model(converter, models.CampaignDraft, _DRAFT_NAMES)
    register_model(converter, models.CreatedCampaign, {"id": "campaignRegistrationId"})
    register_model(converter, models.Resubmission)
    register_model(converter, models.TcrReason)
    register_model(converter, models.SinchReason)
    register_model(
        converter, models.CampaignFeedback, {"id": "campaignRegistrationId", "tcr_id": "campaignId"}
    )
    register_model(converter, qualification_models.QualifiedTerms)
    register_model(converter, qualification_models.Qualification)
    register_model(converter, models.UploadAnswer)
    register_model(converter, models.CampaignList)
    return converter


def _register_brands(converter: cattrs.Converter) -> None:
    for details in (
        brand_models.CompanyDetails,
        brand_models.FinancialDetails,
        brand_models.ContactDetails,
        brand_models.BrandDraft,
        brand_models.BrandChange,
        brand_models.Mismatch,
    ):
        register_model(converter, details)
    register_model(converter, brand_models.CreatedBrand, {"id": "brandRegistrationId"})
    register_model(converter, brand_models.Brand, {"id": "brandRegistrationId", "tcr_id": "brandId"})
    register_model(converter, brand_models.BrandFeedback, {"tcr_id": "brandId"})
    register_model(converter, brand_models.Vetting, {"vetted_at": "vettedDate", "created_at": "createDate"})
    register_model(converter, brand_models.BrandList)
    register_model(converter, brand_models.VettingList)


def _register_toll_free(converter: cattrs.Converter) -> None:
    register_model(converter, toll_free_models.TollFreeDraft)
    register_model(converter, toll_free_models.CreatedTollFree, {"id": "tfnVerificationId"})
    register_model(converter, toll_free_models.ReviewerNote)
    register_model(
        converter,
        toll_free_models.TollFreeVerification,
        {"id": "tfnVerificationId", "created_at": "createTime"},
    )
    register_model(converter, toll_free_models.TollFreeList)
    register_model(converter, toll_free_models.TollFreeUseCases)


def terms_of(campaign: models.SinchCampaign) -> Terms:
    """What each operator grants, by the operator's name, or its network id where it has none or shares it."""
    names = [terms.mno for terms in campaign.mno_metadata.values()]
    return {
        (terms.mno if terms.mno and names.count(terms.mno) == 1 else network): {
            name: value for name in _TERMS if (value := getattr(terms, name)) is not None
        }
        for network, terms in campaign.mno_metadata.items()
    }


def version_time(version: str) -> datetime | None:
    """The instant that a `modifiedDate` stands for."""
    try:
        return parse_datetime(version)
    except DecodeError:
        return None


def feedback_of(document: models.CampaignFeedback) -> tuple[Feedback, ...]:
    """The registry's reasons, then Sinch's own."""
    registry = tuple(
        Feedback(
            code=reason.code or "",
            field=reason.field or "",
            text=reason.description or "",
            advice=advice_on(reason.field or ""),
            raw={
                "code": reason.code,
                "field": reason.field,
                "description": reason.description,
                **reason.extra,
            },
        )
        for reason in document.tcr_error_response
    )
    own = tuple(
        Feedback(
            code=reason.code or "",
            text=reason.description or "",
            raw={"code": reason.code, "description": reason.description, **reason.extra},
        )
        for reason in document.internal_error_response
    )
    return registry + own
