"""Every verb that a batch carries: the provider's own rule, and a vendor that fits it."""

from __future__ import annotations

from typing import Any

import attrs

from campaign_reg.enums import Verb, Verdict
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.providers.rcs.rules import RULES as RCS
from campaign_reg.providers.responsys.rules import RULES as RESPONSYS
from campaign_reg.providers.sinch.sender_id.rules import RULES as SENDER_ID
from campaign_reg.providers.sinch.ten_dlc.rules import RULES as SINCH
from tests.property.vendor import Course, Kind, Shown, whole

GOOD, BAD, PERSON = Verdict.SUCCEEDED, Verdict.FAILED, Verdict.ACTION_REQUIRED
EDIT = Course(steps=[(0.0, {})])
GONE = Course(steps=[(0.0, {"gone": True})])


@attrs.frozen
class Nothing:
    """What a row asks for says nothing here: the vendor knows whether a campaign is as wanted."""


def _rule(rule: VerbRule) -> VerbRule:
    """The provider's rule, for rows without parameters."""
    return attrs.evolve(rule, params=Nothing)


def _second(shown: Shown) -> str:
    """A version of one-second resolution."""
    return whole(shown.changed).isoformat().replace("+00:00", "Z")


def _none(shown: Shown) -> None:
    """No version."""


def _sent(shown: Shown) -> str:
    return f"{shown.status}|{shown.sent}|"


def _more(messages: int) -> Any:
    return lambda sent: sent + messages


def _course(*steps: tuple[float, dict[str, Any], Verdict | None]) -> Course:
    return Course(
        steps=[(after, changes) for after, changes, _ in steps],
        verdicts={number: verdict for number, (_, _, verdict) in enumerate(steps) if verdict is not None},
    )


def _acting(verb: str, settles_after: float, end: str, verdict: Verdict) -> Course:
    return _course(
        (0.0, {"action": f"{verb}_IN_PROGRESS"}, None),
        (settles_after, {"action": f"{verb}_{end}"}, verdict),
    )


_DELETED = _course(
    (0.0, {"action": "DELETE_IN_PROGRESS"}, None),
    (3.0, {"action": "DELETE_SUCCESSFUL"}, GOOD),
    (90.0, {"gone": True}, GOOD),
)
_DELETED_BEFORE_ONE_LOOKS = _course(
    (0.0, {"action": "DELETE_IN_PROGRESS"}, None), (0.5, {"gone": True}, GOOD)
)

SINCH_RESUBMIT = Kind(
    rule=_rule(SINCH[Verb.RESUBMIT]),
    firsts=[
        Shown(status="ACTIVE", action=word)
        for word in ("RESUBMIT_SUCCESSFUL", "CREATE_SUCCESSFUL", "RESUBMIT_FAILED", "")
    ],
    courses=[
        _acting("RESUBMIT", 20.0, "SUCCESSFUL", GOOD),
        _acting("RESUBMIT", 200.0, "FAILED", BAD),
        _acting("RESUBMIT", 0.01, "SUCCESSFUL", GOOD),
        _acting("RESUBMIT", 0.01, "FAILED", BAD),
    ],
    strangers={
        "edits": EDIT,
        "resubmits": _acting("RESUBMIT", 30.0, "FAILED", BAD),
        "resubmits at once": _acting("RESUBMIT", 0.01, "SUCCESSFUL", GOOD),
        "deletes": _DELETED,
    },
    unseen="action",
    version=_second,
)
SINCH_DELETE = attrs.evolve(
    SINCH_RESUBMIT,
    rule=_rule(SINCH[Verb.DELETE]),
    firsts=[Shown(status="ACTIVE", action=word) for word in ("CREATE_SUCCESSFUL", "DELETE_FAILED")],
    courses=[_DELETED, _acting("DELETE", 20.0, "FAILED", BAD), _DELETED_BEFORE_ONE_LOOKS],
    strangers={
        "edits": EDIT,
        "resubmits": _acting("RESUBMIT", 30.0, "SUCCESSFUL", GOOD),
        "deletes": _DELETED,
    },
)
SENDER_ID_UPDATE = Kind(
    rule=_rule(SENDER_ID[Verb.UPDATE]),
    firsts=[Shown(status="DRAFT"), Shown(status="APPROVED"), Shown(status="DRAFT", wanted=True)],
    courses=[
        _course((0.0, {"wanted": True}, GOOD)),
        _course((0.0, {"wanted": True}, GOOD), (40.0, {"status": "IN_QUEUE"}, None)),
    ],
    strangers={
        "edits": EDIT,
        "overwrites": Course(steps=[(0.0, {"wanted": False})]),
        "wishes the same": _course((0.0, {"wanted": True}, GOOD)),
        "deletes": GONE,
    },
    unseen="status",
    version=_second,
    settles=True,
)
SENDER_ID_DELETE = attrs.evolve(
    SENDER_ID_UPDATE,
    rule=_rule(SENDER_ID[Verb.DELETE]),
    firsts=[Shown(status="DRAFT"), Shown(status="PENDING"), Shown(status="APPROVED")],
    courses=[_course((0.0, {"gone": True}, GOOD))],
    strangers={
        "edits": EDIT,
        "moves on": Course(steps=[(0.0, {"status": "IN_PROGRESS"})]),
        "deletes": _course((0.0, {"gone": True}, GOOD)),
    },
)
RESPONSYS_APPROVE = Kind(
    rule=_rule(RESPONSYS[Verb.APPROVE]),
    firsts=[Shown(status="NEEDS_APPROVAL"), Shown(status="APPROVED", wanted=True)],
    courses=[_course((0.0, {"status": "APPROVED", "wanted": True}, GOOD))],
    strangers={
        "refuses": Course(steps=[(0.0, {"status": "REJECTED", "wanted": False})]),
        "approves": _course((0.0, {"status": "APPROVED", "wanted": True}, GOOD)),
        "deletes": GONE,
    },
    unseen="status",
    version=_none,
    settles=True,
    past={"status": "REJECTED", "wanted": False},
)
RESPONSYS_UPDATE = attrs.evolve(
    RESPONSYS_APPROVE,
    rule=_rule(RESPONSYS[Verb.UPDATE]),
    firsts=[Shown(status="ACTIVE"), Shown(status="ACTIVE", wanted=True)],
    past={"wanted": False},
    courses=[_course((0.0, {"wanted": True}, GOOD))],
    strangers={
        "overwrites": Course(steps=[(0.0, {"wanted": False})]),
        "wishes the same": _course((0.0, {"wanted": True}, GOOD)),
        "deletes": GONE,
    },
)
_RENEWED = _course(
    (0.0, {"status": "scheduled"}, None),
    (4.0, {"status": "sending"}, GOOD),
    (9.0, {"sent": _more(9)}, GOOD),
    (60.0, {"status": "done", "sent": _more(9)}, GOOD),
)
RCS_RENEW = Kind(
    rule=_rule(RCS[Verb.RENEW]),
    firsts=[Shown(status="paused", sent=10), Shown(status="sending", sent=10)],
    past={"status": "paused"},
    courses=[
        _RENEWED,
        _course(
            (0.0, {"status": "sending"}, GOOD),
            (2.0, {"sent": _more(3)}, GOOD),
            (30.0, {"status": "paused", "sent": _more(1)}, PERSON),
        ),
        _course((0.0, {"status": "moderation"}, None), (20.0, {"status": "spam"}, BAD)),
        _course((0.0, {"status": "sending"}, GOOD), (0.1, {"status": "paused", "sent": _more(4)}, PERSON)),
    ],
    strangers={
        "renews": _RENEWED,
        "stops": _course((0.0, {"status": "stopped"}, BAD)),
    },
    unseen="status",
    version=_sent,
    from_status="paused",
)


def _creating(rule: VerbRule, *courses: Course, settles: bool = False, **members: Any) -> Kind:
    return Kind(
        rule=_rule(rule),
        firsts=[],
        courses=courses,
        strangers={"creates": courses[0]},
        unseen="status",
        settles=settles,
        **members,
    )


SINCH_CREATE = _creating(
    SINCH[Verb.CREATE],
    _course((0.0, {"status": "SINCH_REVIEW"}, None), (40.0, {"status": "APPROVED"}, GOOD)),
    _course((0.0, {"status": "SUBMITTED"}, None), (40.0, {"status": "REJECTED"}, BAD)),
    _course((0.0, {"status": "SUBMISSION_FAILED"}, BAD)),
    mark=True,
    version=_second,
)
SENDER_ID_CREATE = _creating(
    SENDER_ID[Verb.CREATE],
    _course((0.0, {"status": "IN_QUEUE"}, None), (40.0, {"status": "APPROVED"}, GOOD)),
    _course((0.0, {"status": "IN_PROGRESS"}, None), (40.0, {"status": "PENDING_ATTACHMENTS"}, PERSON)),
    _course((0.0, {"status": "REJECTED"}, BAD)),
    mark=True,
    version=_second,
)
RCS_CREATE = _creating(
    RCS[Verb.CREATE],
    _course((0.0, {"status": "creation"}, None), (40.0, {"status": "scheduled"}, GOOD)),
    _course((0.0, {"status": "moderation"}, None), (40.0, {"status": "spam"}, BAD)),
    _course((0.0, {"status": "paused"}, PERSON)),
    mark=True,
    version=_sent,
)
RCS_CREATE_FOR_GROUPS = attrs.evolve(RCS_CREATE, mark=False)
RESPONSYS_CREATE = _creating(
    RESPONSYS[Verb.CREATE],
    _course((0.0, {"status": "ACTIVE"}, GOOD)),
    settles=True,
    mark=True,
    version=_none,
    dated=False,
)

KINDS = {
    "sinch resubmit": SINCH_RESUBMIT,
    "sinch delete": SINCH_DELETE,
    "sinch create": SINCH_CREATE,
    "sender ID create": SENDER_ID_CREATE,
    "sender ID update": SENDER_ID_UPDATE,
    "sender ID delete": SENDER_ID_DELETE,
    "rcs renew": RCS_RENEW,
    "rcs create": RCS_CREATE,
    "rcs create for groups": RCS_CREATE_FOR_GROUPS,
    "responsys approve": RESPONSYS_APPROVE,
    "responsys update": RESPONSYS_UPDATE,
    "responsys create": RESPONSYS_CREATE,
}
