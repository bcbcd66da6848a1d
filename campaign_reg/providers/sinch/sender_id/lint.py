"""What is wrong with a draft or an update, found without I/O.

What a policy asks for differs from market to market and is not looked at: `SenderIdBackend.policy` shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from campaign_reg.models.finding import Finding, Severity
from campaign_reg.providers.callback_url import callback_url_problem
from campaign_reg.providers.sinch.sender_id.models import (
    RegistrationDraft,
    RegistrationUpdate,
    RequestDetails,
)

_TAG = re.compile(r"#[A-Za-z0-9-]+")
_MOST_SENDERS = 50
_PUT = "Sinch does not say whether an update keeps or clears what it leaves out"


def findings_of(params: object) -> tuple[Finding, ...]:
    """Everything to look at in the parameters of a verb; empty where there is nothing."""
    if isinstance(params, RegistrationDraft):
        return (*_policy(params), *_members(params))
    if isinstance(params, RegistrationUpdate):
        return (*_members(params), *_left_out(params))
    return ()


def _members(params: RegistrationDraft | RegistrationUpdate) -> Iterator[Finding]:
    if params.callback_url is not None:
        problem = callback_url_problem(params.callback_url)
        if problem:
            yield _error("callback-url", "callback_url", problem, "give an https URL on a public host")
    for tag in params.tags or ():
        if not _TAG.fullmatch(tag):
            advice = "write a #, then letters, digits or dashes"
            yield _error("tag-form", "tags", f"{tag!r} is no tag", advice)
    if params.request_details is not None:
        yield from _details(params.request_details)


def _policy(draft: RegistrationDraft) -> Iterator[Finding]:
    if not (draft.policy_id or "").strip():
        advice = "take it from the market's rules (market_versions)"
        yield _error("policy-missing", "policy_id", "is empty", advice)


def _details(details: tuple[RequestDetails, ...]) -> Iterator[Finding]:
    if not details:
        advice = "give one RequestDetails with what the policy asks for"
        yield _error("details-missing", "request_details", "is empty", advice)
    for part in details:
        count = len(part.sender_id_details or ())
        if count > _MOST_SENDERS:
            text = f"{count} senders in one registration"
            yield _error(
                "too-many-senders", "request_details", text, f"register at most {_MOST_SENDERS} at once"
            )


def _left_out(update: RegistrationUpdate) -> Iterator[Finding]:
    members = {
        "callback_url": update.callback_url,
        "notification_contacts": update.notification_contacts,
        "request_details": update.request_details,
        "tags": update.tags,
    }
    absent = [name for name, value in members.items() if value is None]
    if len(absent) == len(members):
        yield _error("nothing-to-change", "", "the update says nothing", "give at least one member")
        return
    for name in absent:
        yield Finding(
            code="left-out",
            field=name,
            text=f"is left out: {_PUT}",
            advice="give it as it shall be",
            severity=Severity.ADVICE,
        )


def _error(code: str, field: str, text: str, advice: str) -> Finding:
    return Finding(code=code, field=field, text=text, advice=advice, severity=Severity.ERROR)
