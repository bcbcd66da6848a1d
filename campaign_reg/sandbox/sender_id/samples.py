"""Example registrations, reasons and fates: the plain data the sender-ID API is filled with."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from campaign_reg.sandbox.sender_id.policies import Policy

APPROVER_REFUSES = "The account manager did not agree to the price."
REASONS = {
    "PENDING": (
        "Please send a signed form.",
        "The letter contains phone numbers; please send a new one.",
        "Company name and sender do not agree: please explain, für alle Märkte.",
    ),
    "ON_HOLD": ("The operator's portal is closed.", "Waiting for the operator.", "Under legal review."),
    "REJECTED": (
        "The sender ID is reserved.",
        "The operator refused the sender ID: generic word.",
        "The company could not be verified in the register of Zürich.",
    ),
}


@dataclasses.dataclass(slots=True)
class Fate:
    """What will become of a registration, decided before anybody asks.

    Attributes:
        outcome: APPROVED, REJECTED, or PENDING: asked for a change once.
        held: Its review stops once.
        upload_fails: The next file uploaded for it fails.
        settle_seconds: Virtual seconds that a review takes, when it is not held.
        dice: Decides between equals.
    """

    outcome: str
    held: bool
    upload_fails: bool
    settle_seconds: float
    dice: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of a registration's state.

    Attributes:
        url: Where its callback goes; None when the client named no place.
    """

    event_id: str
    at: float
    registration_id: str
    registration_type: str
    status: str
    comment: str
    url: str | None


def draw_fates(
    rng: random.Random,
    count: int,
    shares: tuple[float, float, float, float],
    settle_seconds: tuple[float, float],
) -> list[Fate]:
    """Draw fates, with exactly the asked shares of each kind in random order.

    Args:
        rng: Decides.
        count: How many.
        shares: Of the rejected, of those asked for a change, of the held, of failing uploads.
        settle_seconds: From and to, in virtual seconds.
    """
    rejected, pending, held, failing = (round(count * share) for share in shares)
    orders = [rng.sample(range(count), count) for _ in range(3)]
    return [
        Fate(
            outcome="REJECTED"
            if place < rejected
            else "PENDING"
            if place < rejected + pending
            else "APPROVED",
            held=hold < held,
            upload_fails=upload < failing,
            settle_seconds=rng.uniform(*settle_seconds),
            dice=rng.getrandbits(32),
        )
        for place, hold, upload in zip(*orders, strict=True)
    ]


def reason(status: str, dice: int) -> str:
    """Pick what a reviewer writes into the logs."""
    return REASONS[status][dice % 3]


def draw_uuid(rng: random.Random) -> str:
    """Draw an id with the looks of a UUID of version 4."""
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:]))


def sample_registration(
    rng: random.Random, number: int, registration_id: str, policy: Policy, created: str
) -> dict[str, Any]:
    """Write a registration like the contract's examples; members that are optional come and go."""
    sender = f"HARBOR{number:05d}"
    details: dict[str, Any] = {
        "additionalDetails": [{"companyName": "Harbor Lane Supply", "website": "https://harborlane.example"}]
    }
    if policy.sender_fields:
        details["senderIdDetails"] = [{"senderId": sender}]
    members: dict[str, Any] = {
        "id": registration_id,
        "status": "IN_QUEUE",
        "registrationType": policy.registration_type,
        "policyId": policy.id,
        "owner": "Jane Doe",
        "createTime": created,
        "updateTime": created,
        "etaDate": f"2030-01-{number % 28 + 1:02d}",
        # The public example lacks a scheme, and so do some of these.
        "callbackUrl": rng.choice(["https://", "https://", ""]) + "hooks.harborlane.example/sinch",
        "notificationContacts": ["jane.doe@harborlane.example"],
        "requestDetails": [details],
        "tags": ["#retail", rng.choice(["#emea", "#apac"])],
        "attachments": [],
        "logs": [{"createTime": created, "message": "Submitted.", "registrationState": "IN_QUEUE"}],
        "price": policy.price,
    }
    if rng.random() < 0.25:
        members["price"] = {name: value for name, value in policy.price.items() if name != "mode"}
    for name in rng.choice([(), (), ("owner",), ("etaDate", "notificationContacts")]):
        del members[name]
    return members


def sample_attachment(rng: random.Random, definition: dict[str, Any], at: str) -> dict[str, Any]:
    """Write a stored file; newer ones say what kind of document they are."""
    stored = {
        "attachmentId": draw_uuid(rng),
        "createTime": at,
        "fileName": "authority_form.pdf",
        "mimeType": "application/pdf",
        "updateTime": at,
        "uploadStatus": "COMPLETED",
    }
    kinds = definition.get("allowedDocumentTypes")
    return stored | {"documentType": kinds[0]} if kinds and rng.random() < 0.5 else stored
