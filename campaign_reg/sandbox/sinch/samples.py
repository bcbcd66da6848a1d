"""Example campaigns, terms and reasons: the plain data the simulated Sinch is filled with.

All of it is made up in the likeness of the contract's examples.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.clock import rfc3339

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

DAY_SECONDS = 86_400.0
BRAND_IDS = ("BHL7Q2X", "BHL8R3Y", "BHL9S4Z", "BHLA5T0")
MOCK_BRAND_ID = "BHLMOCK"
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
UPPER_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

# T-Mobile's ladder, lowest first; AT&T's classes with what each may send a minute.
TIERS = ("LOW", "LOWER_MID", "UPPER_MID", "TOP", "UNCAPPED")
TIER_CAPS: dict[str, str | None] = {
    "LOW": "2000",
    "LOWER_MID": "10000",
    "UPPER_MID": "40000",
    "TOP": "200000",
    "UNCAPPED": None,
}
CLASS_TPM = {"A": "4500", "C": "2400", "E": "240", "T": "75"}
MNO_NAMES = {"10017": "AT&T", "10035": "T-Mobile", "10037": "US Cellular", "10038": "Verizon Wireless"}
# The contract's map is open: a fifth operator that no list knows keeps clients honest.
MORE_MNO_NAMES = {"45010": "Interop"}

TEXTS: dict[str, Any] = {
    "description": "Harbor Lane Supply texts customers who opted in at checkout with shipping and delivery"
    " progress for orders they placed.",
    "embeddedLink": True,
    "embeddedPhone": False,
    "affiliateMarketing": False,
    "numberPool": False,
    "ageGated": False,
    "directLending": False,
    "subscriberOptIn": True,
    "subscriberOptOut": True,
    "subscriberHelp": True,
    "sample1": "Harbor Lane: order 48213 has shipped. Track it at https://harborlane.example/t/48213."
    " Reply STOP to stop.",
    "sample2": "Harbor Lane: order 48213 is out for delivery today. Reply STOP to stop.",
    "sample3": "Harbor Lane: order 48213 was delivered at 14:02. Reply STOP to stop.",
    "stopMessage": "Harbor Lane: you are unsubscribed and will get no further texts.",
    "optInMessage": "Harbor Lane: you will get order updates. Msg freq varies. Msg & data rates may apply."
    " Reply HELP for help, STOP to stop.",
    "helpMessage": "Harbor Lane: write to help@harborlane.example or call +1 312 555 0142."
    " Reply STOP to stop.",
    "optinKeywords": "START,YES",
    "optoutKeywords": "STOP,QUIT,END",
    "helpKeywords": "HELP,INFO",
    "messageFlow": "Shoppers tick an unticked consent box next to the phone field at"
    " harborlane.example/checkout before placing an order.",
}
USE_CASE_NAMES = {
    "DELIVERY_NOTIFICATION": "order updates",
    "ACCOUNT_NOTIFICATION": "account notices",
    "CUSTOMER_CARE": "support",
    "2FA": "sign-in codes",
    "MARKETING": "offers",
    "MIXED": "orders and offers",
}
TCR_ERRORS = (
    {"code": "502", "field": "sample1", "description": "Sample lacks opt-out words."},
    {"code": "503", "field": "messageFlow", "description": "Consent is not described."},
    {"code": "505", "field": "description", "description": "Purpose and use case do not agree."},
    {"code": "507", "field": "helpMessage", "description": "Answer to HELP names no contact."},
    {"code": "611", "field": "optInMessage", "description": "Frequency or rates are not disclosed."},
)
INTERNAL_ERRORS = (
    {"code": "CR2001", "description": "Call to action could not be verified."},
    {"code": "CR2005", "description": "Brand website could not be reached."},
    {"code": "CR2013", "description": "Privacy policy shares numbers with third parties."},
)


@dataclasses.dataclass(slots=True)
class Fate:
    """What will become of a campaign, decided before anybody asks.

    Attributes:
        settle_seconds: Virtual seconds that an action takes.
        dice: Decides between equals: which reason, which term.
    """

    rejected: bool
    downgraded: bool
    settle_seconds: float
    dice: int


def draw_fates(
    rng: random.Random,
    count: int,
    reject_share: float,
    downgrade_share: float,
    settle_seconds: tuple[float, float],
) -> list[Fate]:
    """Draw exactly the asked shares, in random order; rejected ones are never downgraded."""
    rejected = round(count * reject_share)
    downgraded = min(round(count * downgrade_share), count - rejected)
    order = list(range(count))
    rng.shuffle(order)
    return [
        Fate(
            rejected=place < rejected,
            downgraded=rejected <= place < rejected + downgraded,
            settle_seconds=rng.uniform(*settle_seconds),
            dice=rng.getrandbits(32),
        )
        for place in order
    ]


def draw_reasons(fate: Fate) -> dict[str, list[dict[str, str]]]:
    """Pick the feedback of a refusal: operators' reasons mostly, Sinch's own at times."""
    tcr = [TCR_ERRORS[fate.dice % 5], TCR_ERRORS[fate.dice // 5 % 5]]
    tcr = tcr[:1] if tcr[0] == tcr[1] or fate.dice // 25 % 2 else tcr
    internal = [INTERNAL_ERRORS[fate.dice // 50 % 3]]
    turn = fate.dice // 150 % 6
    return {
        "tcrErrorResponse": [] if turn == 0 else tcr,
        "internalErrorResponse": internal if turn in (0, 1) else [],
    }


def draw_ulid(rng: random.Random) -> str:
    """Draw an id that looks like Sinch's: a ULID in lower case, 26 characters."""
    return "01k" + "".join(rng.choices(CROCKFORD, k=23))


def draw_terms(rng: random.Random, operators: int) -> dict[str, dict[str, Any]]:
    """Draw what the first two operators granted, and up to three more without terms."""
    tier = rng.choice(TIERS[1:])
    msg_class = rng.choice("ACE")
    terms = {
        "10017": operator_terms("10017", msg_class=msg_class),
        "10035": operator_terms("10035", tier=tier),
    }
    others = rng.sample(["10037", "10038", "45010"], operators - 2)
    return terms | {key: operator_terms(key) for key in sorted(others)}


def operator_terms(key: str, *, msg_class: str = "E", tier: str = "LOW") -> dict[str, Any]:
    """Write one operator's record; numbers are strings, and an uncapped tier has a null cap.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
    """
    terms: dict[str, Any] = {"mno": (MNO_NAMES | MORE_MNO_NAMES)[key], "status": "APPROVED"}
    if key == "10017":
        terms |= {"msgClass": msg_class, "tpm": CLASS_TPM[msg_class], "tpmScope": "CAMPAIGN"}
    if key == "10035":
        terms |= {"brandTier": tier, "brandDailyCap": TIER_CAPS[tier]}
    return terms


def downgrade(
    terms: dict[str, dict[str, Any]], allowed: Sequence[str], dice: int
) -> dict[str, dict[str, Any]]:
    """Make the terms of one allowed operator worse, in one of four ways.

    Returns:
        The operators whose record changes, with the new record.
    """
    worse: list[dict[str, dict[str, Any]]] = []
    if "10017" in terms and "10017" in allowed:
        att = terms["10017"]
        classes = list(CLASS_TPM)
        lower = classes[min(classes.index(att["msgClass"]) + 1, len(classes) - 1)]
        worse.append({"10017": att | {"tpm": str(max(1, int(att["tpm"]) // 4))}})
        worse.append({"10017": att | {"msgClass": lower, "tpm": CLASS_TPM[lower]}})
    if "10035" in terms and "10035" in allowed:
        tmo = terms["10035"]
        tier = TIERS[max(TIERS.index(tmo["brandTier"]) - 1, 0)]
        worse.append({"10035": tmo | {"brandTier": tier, "brandDailyCap": TIER_CAPS[tier]}})
        if tmo["brandDailyCap"] is not None:
            worse.append({"10035": tmo | {"brandDailyCap": str(int(tmo["brandDailyCap"]) // 2)}})
    return worse[dice % len(worse)] if worse else {}


def sample_campaign(
    rng: random.Random, number: int, campaign_id: str, tcr_id: str, present: float
) -> dict[str, Any]:
    """Write a registered campaign like the contract's `approved` example.

    Args:
        rng: Draws brand, use case, dates and terms.
        number: Makes the campaign's name unique.
        campaign_id: Sinch's id.
        tcr_id: The campaign registry's id.
        present: Virtual seconds since the epoch; all dates lie before.
    """
    mock = rng.random() < 0.04
    use_case = rng.choice(list(USE_CASE_NAMES))
    created = present - rng.uniform(40, 80) * DAY_SECONDS
    modified = created + rng.uniform(1, 30) * DAY_SECONDS
    billed = created + 2 * DAY_SECONDS
    return {
        "campaignId": tcr_id,
        "campaignName": f"Harbor Lane {USE_CASE_NAMES[use_case]} {number:05d}",
        "campaignRegistrationId": campaign_id,
        "createDate": rfc3339(created),
        "modifiedDate": rfc3339(modified),
        "createdBy": "API",
        "modifiedBy": "API",
        "autoRenewal": True,
        "billedDate": rfc3339(billed),
        "brandId": MOCK_BRAND_ID if mock else rng.choice(BRAND_IDS),
        "useCase": use_case,
        "subUseCases": ["DELIVERY_NOTIFICATION", "MARKETING"] if use_case == "MIXED" else [],
        **TEXTS,
        "monthlyFee": 1.5,
        "setupFee": 15.0,
        "status": "ACTIVE",
        "mnoMetadata": draw_terms(rng, rng.choice((2, 2, 2, 3, 4, 5))),
        "mock": mock,
        "lastActionStatus": "CREATE_SUCCESSFUL",
        "nextRenewalOrExpirationDate": rfc3339(billed + 92 * DAY_SECONDS),
    }
