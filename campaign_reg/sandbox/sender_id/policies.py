"""Markets and policies of the sender-ID API: the plain data, and the check of a request against it."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Violation = tuple[str, str]

REGISTRATION_TYPES = ["ALPHANUMERIC_SENDER_ID", "LONG_NUMBER", "SHORT_CODE", "RCS_AGENT"]
MOST_SENDERS = 50
FORM_ID = "43342642354352344"
LETTER_ID = "43342642354352345"
MARKET_NAMES = {
    "AE": {"en": "United Arab Emirates", "es": "Emiratos Árabes Unidos"},
    "AU": {"en": "Australia", "es": "Australia"},
    "GB": {"en": "United Kingdom", "es": "Reino Unido"},
    "MK": {"en": "North Macedonia", "es": "Macedonia del Norte"},
    "SG": {"en": "Singapore", "es": "Singapur"},
}
FORM = {
    "id": FORM_ID,
    "title": "Third Party Authority Form",
    "description": "Needed from third parties.",
    "mandatory": True,
    "template": True,
    "allowedMimeTypes": [
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
    "allowedDocumentTypes": ["Passport", "Driver's License"],
}
# An older definition: it has neither of the lists.
LETTER = {
    "id": LETTER_ID,
    "title": "Letter",
    "description": "Anything that helps the review.",
    "mandatory": False,
    "template": False,
}
COMPANY_FIELDS = [
    {"name": "companyName", "title": "Company", "type": "string", "required": True, "maxLength": 100},
    {"name": "website", "title": "Web site", "type": "string", "required": False, "pattern": "^https?://"},
]
CONTACT_FIELDS = [
    {"name": "contactMail", "title": "Mail", "type": "string", "required": False, "x-placeholder": "a@b.c"}
]
SENDER = {
    "name": "senderId",
    "title": "Alphanumeric Sender ID",
    "type": "string",
    "required": True,
    "minLength": 3,
    "maxLength": 11,
}
TRAFFIC = {
    "name": "trafficType",
    "title": "Traffic",
    "type": "string",
    "required": False,
    "enum": ["TRANSACTIONAL", "MARKETING"],
    "message": {"enum": "Choose one of the list."},
}
SAMPLES = {
    "name": "sampleMessages",
    "title": "Samples",
    "type": "array",
    "required": False,
    "minItems": 1,
    "items": {"type": "string"},
    "examples": ["Order 48213 has shipped."],
}
SUBSCRIPTION = {"currency": "USD", "frequency": 1, "recurrentFeeAmount": "2", "setupFeeAmount": "5"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy: where it holds, for what, and what it asks for."""

    id: str
    market: str
    registration_type: str = "ALPHANUMERIC_SENDER_ID"
    attachments: Sequence[dict[str, Any]] = ()
    sender_fields: Sequence[dict[str, Any]] = (SENDER,)
    multi: bool = False
    manual_price: bool = False
    enabled: bool = True

    @property
    def mandatory(self) -> frozenset[str]:
        """Ids of the files without which no review begins."""
        return frozenset(item["id"] for item in self.attachments if item["mandatory"])

    @property
    def document(self) -> dict[str, Any]:
        """The policy as the API shows it."""
        sections = {
            "companyDetailsTemplate": COMPANY_FIELDS,
            "contactPersonTemplate": CONTACT_FIELDS,
            "senderIdTemplate": list(self.sender_fields),
        }
        price = (
            {"mode": "MANUAL"} if self.manual_price else {"mode": "SUBSCRIBED", "subscription": SUBSCRIPTION}
        )
        return {
            "id": self.id,
            "attachments": list(self.attachments),
            "jsonPolicy": {name: {"properties": fields} for name, fields in sections.items()},
            "policyMultiType": "MULTI_SENDER" if self.multi else "SINGLE",
            "policyStatus": "ENABLED" if self.enabled else "DISABLED",
            "price": price,
            "statusDisclaimer": "" if self.enabled else "The rules of this market changed.",
        }

    @property
    def price(self) -> dict[str, Any]:
        """The price as a registration shows it, which is flat."""
        return {"mode": "MANUAL"} if self.manual_price else {"mode": "SUBSCRIBED", **SUBSCRIPTION}

    def violations(self, request_details: Sequence[dict[str, Any]]) -> list[Violation]:
        """Say what in a registration's details does not satisfy the policy."""
        additional: dict[str, Any] = {}
        senders: list[dict[str, Any]] = []
        for details in request_details:
            senders += details.get("senderIdDetails", [])
            for item in details.get("additionalDetails", []):
                additional |= item
        found = [*_missed([*COMPANY_FIELDS, *CONTACT_FIELDS], additional)]
        for sender in senders:
            found += _missed(self.sender_fields, sender)
        most = MOST_SENDERS if self.multi else 1
        fewest = 1 if self.sender_fields else 0
        if not fewest <= len(senders) <= most:
            found.append(("senderIdDetails", f"Between {fewest} and {most} senders."))
        return found


def _missed(fields: Sequence[dict[str, Any]], given: dict[str, Any]) -> Iterator[Violation]:
    for field in fields:
        name = field["name"]
        problem = _problem(field, given[name]) if name in given else field["required"] and "Required."
        if problem:
            yield name, problem


def _problem(field: dict[str, Any], value: object) -> str | None:
    if field["type"] == "array":
        fit = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if fit and value else "A list of texts, at least one."
    if not isinstance(value, str):
        return "A text."
    fewest, most = field.get("minLength", 0), field.get("maxLength", len(value))
    if not fewest <= len(value) <= most:
        return f"Between {fewest} and {most} characters."
    if "enum" in field and value not in field["enum"]:
        return str(field["message"]["enum"])
    fit = re.search(field.get("pattern", ""), value) is not None
    return None if fit else "Not in the form that is asked for."


POLICIES = {
    policy.id: policy
    for policy in (
        Policy(id="d1c7ccbf-919d-462f-8587-dec95a1b11ee", market="AU", attachments=(FORM, LETTER)),
        Policy(id="7f0a3c52-1d1f-4f6e-9a53-0f2d7f6b2c10", market="AU", attachments=(LETTER,)),
        Policy(
            id="2b8f6d04-6a1e-4c0f-8d6b-5e0b7f3a9c21",
            market="GB",
            attachments=(LETTER,),
            sender_fields=(SENDER, TRAFFIC, SAMPLES),
            multi=True,
        ),
        Policy(id="94c1e7aa-0f35-4b52-a0d9-3c6d1f8e2b32", market="SG", manual_price=True),
        Policy(
            id="e3a95b18-7c42-4d8e-b1f0-6a2c9d4e7f43",
            market="SG",
            attachments=(FORM,),
            manual_price=True,
        ),
        Policy(id="50d2f6c9-8b17-4e3a-9c64-1f7e0a5b8d54", market="AE", enabled=False),
        Policy(
            id="a71c0e83-2d59-4f06-8e1b-9b4d6c3f0e65",
            market="MK",
            registration_type="LONG_NUMBER",
            sender_fields=(),
        ),
        Policy(
            id="c8364d5f-e90a-4127-b7d3-0e5f2a9c1b76",
            market="GB",
            registration_type="SHORT_CODE",
            sender_fields=(),
        ),
        Policy(id="1d9b7e20-43f6-4a85-9c0e-7a8d5b2f6e87", market="GB", registration_type="RCS_AGENT"),
    )
}
NEEDS_FORM, PLAIN, MULTI, MANUAL, MANUAL_FORM, DISABLED, LONG_NUMBER, SHORT_CODE, RCS_AGENT = POLICIES
BRAND_OWNER = "Are you the brand owner of the sender ID to be registered?"
LOCAL_TRAFFIC = "Is the traffic local?"


def _answer(answer: str, policy_id: str) -> dict[str, Any]:
    return {"policyId": policy_id, "answer": answer, "chainedSpecialConditions": []}


def market_versions(*, active_only: bool) -> list[dict[str, Any]]:
    """Write the rules of the markets; the spelling of `createTime` differs from one to the next."""
    trees: list[tuple[str, str, dict[str, Any]]] = [
        ("AU", BRAND_OWNER, {"No": NEEDS_FORM, "Yes": PLAIN}),
        ("GB", BRAND_OWNER, {"Yes": MULTI}),
        ("SG", LOCAL_TRAFFIC, {"Yes": MANUAL, "No": {BRAND_OWNER: {"No": MANUAL_FORM, "Yes": MANUAL}}}),
        ("AE", BRAND_OWNER, {"Yes": DISABLED}),
        ("MK", BRAND_OWNER, {"Yes": LONG_NUMBER}),
        ("GB", BRAND_OWNER, {"Yes": SHORT_CODE}),
        ("GB", BRAND_OWNER, {"Yes": RCS_AGENT}),
    ]
    return [_version(number, *tree, active_only) for number, tree in enumerate(trees)]


def _version(
    number: int, market: str, prompt: str, answers: dict[str, Any], active_only: bool
) -> dict[str, Any]:
    [first, *_] = _policies_of(answers)
    times = ("2024-09-12T10:45:30.594765Z", "2023-09-17 06:22:34.372747")
    return {
        "id": f"ddede333432ededed{number + 2}",
        "marketCode": market,
        "registrationType": POLICIES[first].registration_type,
        "specialConditions": {"prompt": prompt, "chainedSpecialConditions": _tree(answers, active_only)},
        "status": "ACTIVE",
        "majorVersion": 8 - number,
        "minorVersion": 0,
        "createTime": times[number % 2],
    }


def _policies_of(answers: dict[str, Any]) -> list[str]:
    return [next_step for next_step in answers.values() if isinstance(next_step, str)]


def _tree(answers: dict[str, Any], active_only: bool) -> list[dict[str, Any]]:
    """Write the questions; an answer leads to a policy or to the next question."""
    tree = []
    for answer, step in answers.items():
        if isinstance(step, dict):
            [(prompt, deeper)] = step.items()
            chained = _tree(deeper, active_only)
            tree.append({"answer": answer, "prompt": prompt, "chainedSpecialConditions": chained})
        elif POLICIES[step].enabled or not active_only:
            tree.append(_answer(answer, step))
    return tree
