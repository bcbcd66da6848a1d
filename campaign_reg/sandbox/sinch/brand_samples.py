"""Example brands, mismatches and vettings, and the rules for what a brand may say.

All of it is made up in the likeness of the contract's examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.clock import rfc3339
from campaign_reg.sandbox.sinch.bodies import choice, flag, record, text

if TYPE_CHECKING:
    import random

    from campaign_reg.sandbox.sinch.bodies import Rule
    from campaign_reg.sandbox.sinch.samples import Fate

BRAND_STATUSES = ["DRAFT", "IN_PROGRESS", "REJECTED", "APPROVED", "UPGRADE"]
BRAND_TYPES = ["SIMPLIFIED", "FULL", "BRAND_REGISTRATION_TYPE_UNSPECIFIED"]
ENTITY_TYPES = ["PUBLIC", "PRIVATE", "CHARITY_NON_PROFIT"]
VERTICALS = [
    "PROFESSIONAL",
    "REAL_ESTATE",
    "HEALTHCARE",
    "HUMAN_RESOURCES",
    "ENERGY",
    "ENTERTAINMENT",
    "RETAIL",
    "TRANSPORTATION",
    "AGRICULTURE",
    "INSURANCE",
    "POSTAL",
    "EDUCATION",
    "HOSPITALITY",
    "FINANCIAL",
    "POLITICAL",
    "GAMBLING",
    "LEGAL",
    "CONSTRUCTION",
    "NGO",
    "MANUFACTURING",
    "GOVERNMENT",
    "TECHNOLOGY",
    "COMMUNICATION",
]
VETTING_STATUSES = ["PENDING", "UNSCORE", "ACTIVE", "FAILED", "EXPIRED"]
COMPANY: dict[str, Any] = {
    "companyName": "Harbor Lane Supply LLC",
    "companyEmail": "help@harborlane.example",
    "businessContactEmail": "owner@harborlane.example",
    "brandName": "Harbor Lane",
    "country": "US",
    "streetAddress": "410 Wharf Street",
    "city": "Chicago",
    "postalCode": "60601",
    "state": "IL",
    "webAddress": "https://harborlane.example",
}
FINANCES: dict[str, Any] = {
    "brandEntityType": "PRIVATE",
    "brandVerticalType": "RETAIL",
    "taxIdCountry": "US",
    "taxIdCorporate": "12-3456789",
    "stockSymbol": "",
    "exchange": "",
}
CONTACT: dict[str, Any] = {
    "firstName": "Jane",
    "lastName": "Doe",
    "phoneNumber": "+13125550142",
    "email": "jane.doe@harborlane.example",
}
BRAND_DETAILS: dict[str, Rule] = {
    "companyDetails": record(dict.fromkeys(COMPANY, text())),
    "financialDetails": record(
        dict.fromkeys(FINANCES, text())
        | {"brandEntityType": choice(ENTITY_TYPES), "brandVerticalType": choice(VERTICALS)}
    ),
    "contactDetails": record(dict.fromkeys(CONTACT, text())),
}
BRAND_MEMBERS: dict[str, Rule] = {
    "displayName": text(),
    "brandRegistrationType": choice(BRAND_TYPES),
    **BRAND_DETAILS,
    "mock": flag,
}
MISMATCHES = (
    ("TAX_ID", "Tax ID", "Legal name and tax id do not match.", ["ein", "companyName"]),
    ("STOCK_SYMBOL", "Stock symbol", "The symbol is not listed there.", ["stockSymbol", "exchange"]),
    ("GOVERNMENT_ENTITY", "Government", "Not a body of the US government.", ["entityType"]),
    ("NONPROFIT", "Non-profit", "No 501(c) status was found.", ["taxExemptStatus"]),
    ("OTHERS", "Others", "The web site could not be reached.", ["website"]),
)


def identity(*, fit: bool, kind: str) -> str:
    """Word the registry's identity check the way TCR does."""
    if not fit:
        return "UNVERIFIED"
    return "VETTED_VERIFIED" if kind == "FULL" else "VERIFIED"


def mismatch(fate: Fate) -> dict[str, Any]:
    """Pick what did not match, when a brand is refused."""
    return dict(zip(("id", "displayName", "description", "fields"), MISMATCHES[fate.dice % 5], strict=True))


def new_vetting(rng: random.Random, at: float) -> dict[str, Any]:
    """Write the record of a vetting that has not begun."""
    return {
        "vettingId": f"6f6a0c1e-2a37-4a43-9b3a-{rng.getrandbits(48):012x}",
        "provider": "AEGIS",
        "vettingStatus": "PENDING",
        "vettingClass": "STANDARD",
        "vettingDetails": {},
        "createDate": rfc3339(at),
    }


def score(vetting: dict[str, Any], at: float, fate: Fate, *, failed: bool) -> None:
    """End a vetting; one that failed has a reason and no score."""
    vetting |= {"vettingStatus": "FAILED" if failed else "ACTIVE", "vettedDate": rfc3339(at)}
    vetting |= {"reasons": ["Company not found."]} if failed else {"reasons": []}
    if not failed:
        vetting["vettingScore"] = 40 + fate.dice % 60
