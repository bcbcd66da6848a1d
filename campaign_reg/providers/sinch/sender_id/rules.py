"""What the sender ID API's writing verbs mean to those who wait for them.

There is one word for everything: a registration's `status`. No edge between states is refused here, for Sinch
publishes meanings and no table of edges; only what may be deleted is documented.

Source:
    https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/registrations
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from campaign_reg.enums import Verb, Verdict
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.providers.sinch.sender_id.codec import version_time
from campaign_reg.providers.sinch.sender_id.models import (
    Deletion,
    RegistrationDraft,
    RegistrationUpdate,
    RequestDetails,
    SenderIdRegistration,
    senders_in,
)

_DELETABLE = frozenset({"DRAFT", "IN_QUEUE", "PENDING"})


def shows(registration: SenderIdRegistration, update: RegistrationUpdate) -> bool:
    """Whether a registration has exactly the members that an update gives; those left out may be anything."""
    return (
        _same_url(update.callback_url, registration.callback_url)
        and _same_details(update.request_details, registration.request_details)
        and _same(update.notification_contacts, registration.notification_contacts)
        and _same(update.tags, registration.tags)
    )


def _same_url(given: str | None, there: str | None) -> bool:
    """Sinch prints some callback URLs without their scheme."""
    return given is None or given.removeprefix("https://") == (there or "").removeprefix("https://")


def _same(given: tuple[str, ...] | None, there: tuple[str, ...]) -> bool:
    """The order of contacts and of tags means nothing."""
    return given is None or set(given) == set(there)


def _same_details(given: tuple[RequestDetails, ...] | None, there: tuple[RequestDetails, ...]) -> bool:
    return given is None or [_said(part) for part in given] == [_said(part) for part in there]


def _said(part: RequestDetails) -> dict[str, Any]:
    """What request details say: a list that is empty or left out says nothing, nor does a null."""
    members = {
        **part.extra,
        "additionalDetails": list(part.additional_details or ()),
        "senderIdDetails": list(part.sender_id_details or ()),
    }
    return {name: value for name, value in members.items() if value not in (None, [])}


def mark_of(draft: RegistrationDraft) -> Mapping[str, str]:
    """Policy and senders tell a registration from all others; without senders nothing does.

    Long numbers and short codes need no sender: two registrations may then be alike in all they show.
    """
    senders = senders_in(draft.request_details)
    if not senders:
        return {}
    kind = {} if draft.registration_type is None else {"type": str(draft.registration_type)}
    return {"policy": draft.policy_id, "senders": json.dumps(sorted(senders)), **kind}


def answers_to(registration: SenderIdRegistration, mark: Mapping[str, str]) -> bool:
    """Whether a registration is one that a create's mark stands for."""
    return registration.policy_id == mark["policy"] and sorted(registration.senders) == senders_of(mark)


def senders_of(mark: Mapping[str, str]) -> list[str]:
    """The senders in a mark, sorted."""
    senders: list[str] = json.loads(mark["senders"])
    return senders


RULES: Mapping[Verb, VerbRule] = {
    Verb.CREATE: VerbRule(
        verb=Verb.CREATE,
        params=RegistrationDraft,
        creates=True,
        in_progress=frozenset({"IN_QUEUE", "IN_PROGRESS", "ON_HOLD", "PENDING_APPROVAL"}),
        action_required=frozenset({"PENDING", "PENDING_ATTACHMENTS", "DRAFT"}),
        succeeded=frozenset({"APPROVED"}),
        failed=frozenset({"REJECTED"}),
        version_time=version_time,
    ),
    Verb.UPDATE: VerbRule(
        verb=Verb.UPDATE, params=RegistrationUpdate, wanted=shows, version_time=version_time
    ),
    Verb.DELETE: VerbRule(
        verb=Verb.DELETE,
        params=Deletion,
        allowed=_DELETABLE,
        gone=Verdict.SUCCEEDED,
        version_time=version_time,
    ),
}
