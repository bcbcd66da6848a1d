"""What Sinch would refuse of a campaign, and what it is known to reject after the review, before anybody has paid.

A finding of severity `error` breaks a limit that Sinch has published. One of severity `advice` is a known cause of
rejection; patterns find it, so that it may be wrong, and nothing is held back for it.

Source:
    https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_createtcrcampaign.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from campaign_reg.models.finding import Finding, Severity
from campaign_reg.providers.sinch.ten_dlc import text_patterns
from campaign_reg.providers.sinch.ten_dlc.advice import advise
from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft, UseCase

# Shortest and longest, in characters.
LENGTHS: Mapping[str, tuple[int, int]] = {
    "campaign_name": (0, 128),
    "description": (40, 4096),
    "message_flow": (40, 2048),
    "sample1": (20, 1024),
    "sample2": (0, 1024),
    "sample3": (0, 1024),
    "sample4": (0, 1024),
    "stop_message": (20, 255),
    "opt_in_message": (20, 255),
    "help_message": (20, 255),
    "optin_keywords": (0, 255),
    "optout_keywords": (0, 255),
    "help_keywords": (0, 255),
    "terms_and_conditions_link": (0, 255),
    "privacy_policy_link": (0, 255),
}
KEYWORDS = ("optin_keywords", "optout_keywords", "help_keywords")
FLAGS = (
    "affiliate_marketing",
    "auto_renewal",
    "embedded_link",
    "embedded_phone",
    "number_pool",
    "age_gated",
    "direct_lending",
    "subscriber_opt_in",
    "subscriber_opt_out",
    "subscriber_help",
    "attachments",
)
SUB_USE_CASES = frozenset(
    {
        UseCase.TWO_FACTOR,
        UseCase.ACCOUNT_NOTIFICATION,
        UseCase.CUSTOMER_CARE,
        UseCase.DELIVERY_NOTIFICATION,
        UseCase.FRAUD_ALERT,
        UseCase.HIGHER_EDUCATION,
        UseCase.MARKETING,
        UseCase.POLLING_VOTING,
        UseCase.PUBLIC_SERVICE_ANNOUNCEMENT,
        UseCase.SECURITY_ALERT,
    }
)
FEWEST_PURPOSES, MOST_PURPOSES = 2, 5
_USE_CASES = frozenset(UseCase)
_BRAND_ID = re.compile(r"B[A-Z0-9]{1,7}")
_KEYWORDS = re.compile(r"[^\s,]+(?:,[^\s,]+)*")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_SAMPLES = ("sample1", "sample2", "sample3", "sample4")


def lint(draft: CampaignDraft) -> tuple[Finding, ...]:
    """Everything to look at before a draft is submitted, what is refused first; the draft stays as it is.

    Never raises, whatever the members hold.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_createtcrcampaign.md
        https://github.com/sinch/skills
        https://community.sinch.com/t5/10DLC/10DLC-Campaign-Registration-Required-Fields-and-Explanations/ta-p/15456
    """
    return (*limits(draft), *advise(draft))


def limits(draft: CampaignDraft) -> tuple[Finding, ...]:
    """Only what breaks a published limit, and is refused.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_createtcrcampaign.md
    """
    return (
        *_kinds(draft),
        *_lengths(draft),
        *_brand_id(draft),
        *_use_cases(draft),
        *_keywords(draft),
        *_embedded(draft),
    )


def _error(code: str, field: str, text: str, advice: str) -> Finding:
    return Finding(code=code, field=field, text=text, advice=advice, severity=Severity.ERROR)


def _kinds(draft: CampaignDraft) -> Iterator[Finding]:
    fields = attrs.fields_dict(type(draft))
    for name in ("brand_id", *LENGTHS):
        value: object = getattr(draft, name)
        if value is None and fields[name].default is None:
            continue
        if not isinstance(value, str):
            yield _error("wrong-kind", name, f"is no text but {type(value).__name__}", "give text")
        elif _HALF_PAIR.search(value):
            yield _error("wrong-kind", name, "holds half a surrogate pair", "remove it")
    for name in FLAGS:
        if not isinstance(getattr(draft, name), bool):
            yield _error("wrong-kind", name, "is neither true nor false", "give True or False")


def _lengths(draft: CampaignDraft) -> Iterator[Finding]:
    for name, (shortest, longest) in LENGTHS.items():
        value: object = getattr(draft, name)
        if not isinstance(value, str):
            continue
        told = f"has {len(value):,} characters, "
        if len(value) < shortest:
            yield _error("too-short", name, f"{told}{shortest} at least are needed", "say more")
        elif len(value) > longest:
            yield _error("too-long", name, f"{told}at most {longest:,} are taken", "shorten it")


def _brand_id(draft: CampaignDraft) -> Iterator[Finding]:
    brand_id: object = draft.brand_id
    if isinstance(brand_id, str) and not _BRAND_ID.fullmatch(brand_id):
        yield _error(
            "brand-id",
            "brand_id",
            "is no TCR brand id: B and up to seven capital letters or digits",
            "give the brand's tcr_id, which it has once it is registered",
        )


def _use_cases(draft: CampaignDraft) -> Iterator[Finding]:
    use_case: object = draft.use_case
    if not isinstance(use_case, str) or use_case not in _USE_CASES:
        yield _error("use-case", "use_case", "is none that Sinch lists", "choose one of UseCase")
    purposes: object = draft.sub_use_cases
    if not isinstance(purposes, list | tuple):
        yield _error("wrong-kind", "sub_use_cases", "is no list of use cases", "give a tuple of UseCase")
        return
    if any(not isinstance(purpose, str) or purpose not in SUB_USE_CASES for purpose in purposes):
        advice = f"choose from {', '.join(sorted(SUB_USE_CASES))}"
        yield _error(
            "sub-use-cases", "sub_use_cases", "names one that cannot be a part of a campaign", advice
        )
    elif len(purposes) > MOST_PURPOSES:
        yield _error("sub-use-cases", "sub_use_cases", "names more than five", "leave the smallest ones out")
    elif use_case == UseCase.MIXED and len(set(purposes)) < FEWEST_PURPOSES:
        told = "names fewer than two purposes, and MIXED takes two to five"
        yield _error("sub-use-cases", "sub_use_cases", told, "name each purpose that messages have")


def _keywords(draft: CampaignDraft) -> Iterator[Finding]:
    for name in KEYWORDS:
        value: object = getattr(draft, name)
        if not isinstance(value, str) or not value:
            continue
        if not _KEYWORDS.fullmatch(value) or value != value.upper():
            yield _error(
                "keywords",
                name,
                "is no list of upper-case words joined by commas, without blanks",
                "write them like START,YES",
            )


def _embedded(draft: CampaignDraft) -> Iterator[Finding]:
    for name in _SAMPLES:
        value: object = getattr(draft, name)
        if not isinstance(value, str):
            continue
        if draft.embedded_link is False and text_patterns.has_link(value):
            yield _error(
                "embedded-link", name, "holds a link, and embedded_link is False", "say True, or take it out"
            )
        if draft.embedded_phone is False and text_patterns.has_phone(value):
            yield _error(
                "embedded-phone",
                name,
                "holds a phone number, and embedded_phone is False",
                "say True, or take it out",
            )
