"""Registrations of senders as a state machine over the virtual clock; no HTTP in here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.sender_id.files import StoredFile
from campaign_reg.sandbox.sender_id.policies import POLICIES
from campaign_reg.sandbox.sender_id.samples import (
    APPROVER_REFUSES,
    Event,
    Fate,
    draw_uuid,
    reason,
    sample_attachment,
    sample_registration,
)
from campaign_reg.sandbox.sinch.samples import DAY_SECONDS, draw_ulid
from campaign_reg.sandbox.versions import History, Version

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.sender_id.policies import Policy
    from campaign_reg.sandbox.uploads import Intake

STATES = [
    "DRAFT",
    "IN_QUEUE",
    "IN_PROGRESS",
    "APPROVED",
    "REJECTED",
    "PENDING",
    "ON_HOLD",
    "PENDING_APPROVAL",
    "PENDING_ATTACHMENTS",
]
DELETABLE = ("DRAFT", "IN_QUEUE", "PENDING")
EDITABLE = (*DELETABLE, "PENDING_ATTACHMENTS", "PENDING_APPROVAL")
REPLACED = ("callbackUrl", "notificationContacts", "requestDetails", "tags")
LOGGED = ("IN_QUEUE", "PENDING", "ON_HOLD", "REJECTED")


def naive(at: float) -> str:
    """Write an instant as registrations do: UTC, whole seconds, and no offset to say so."""
    return datetime.datetime.fromtimestamp(int(at), datetime.UTC).replace(tzinfo=None).isoformat()


class Registration(History):
    """One registration.

    Attributes:
        files: What is stored per definition of the policy, the newest of each.
        definitions: Which definition each listed file is for; the vendor does not tell.
    """

    def __init__(self, fate: Fate, first: Version) -> None:
        super().__init__(first)
        self.fate = fate
        self.files: dict[str, StoredFile] = {}
        self.definitions: dict[str, str] = {}

    @property
    def status(self) -> str:
        """Its state now."""
        return str(self.members["status"])

    @property
    def policy(self) -> Policy:
        """What it has to satisfy."""
        return POLICIES[self.members["policyId"]]


class RegistrationRegister:
    """All registrations of the account, and the moves they make.

    Attributes:
        reject_share: Probability that a registration created by a client is refused.
        pending_share: Probability that its review asks for a change first.
        hold_share: Probability that its review stops for a while.
        upload_fail_share: Probability that a file uploaded for it fails.
        settle_seconds: From and to, in virtual seconds: how long a review takes.
        events: Every change of state, in order.
    """

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self.by_id: dict[str, Registration] = {}
        self.events: list[Event] = []
        self.reject_share = 0.0
        self.pending_share = 0.0
        self.hold_share = 0.0
        self.upload_fail_share = 0.0
        self.settle_seconds = (1.0, 4.0)

    def seed(self, rng: random.Random, fate: Fate, status: str, policy: Policy, size_bytes: int) -> str:
        """Put in one registration that was there before; a review under way goes on.

        Args:
            rng: Draws ids, dates and names.
            fate: What becomes of it.
            status: Its state.
            policy: What it was made for.
            size_bytes: Length of the file that each definition of the policy has.
        """
        registration_id, now = draw_ulid(rng), self._clock.timestamp()
        created = now - rng.uniform(10, 40) * DAY_SECONDS
        number = len(self.by_id) + 1
        members = sample_registration(rng, number, registration_id, policy, naive(created))
        members |= {"status": status, "updateTime": naive(created + DAY_SECONDS)}
        registration = Registration(fate, Version(float("-inf"), members))
        for definition in policy.attachments if status != "PENDING_ATTACHMENTS" else ():
            stored = sample_attachment(rng, definition, naive(created))
            members["attachments"].append(stored)
            file = StoredFile(name=stored["fileName"], size_bytes=size_bytes, dice=rng.getrandbits(32))
            registration.files[definition["id"]] = file
            registration.definitions[stored["attachmentId"]] = definition["id"]
        if status in LOGGED[1:]:
            entry = {"createTime": members["updateTime"], "message": reason(status, fate.dice)}
            members["logs"].append(entry | {"registrationState": status})
        self.by_id[registration_id] = registration
        self._go_on(registration, now)
        return registration_id

    def create(self, at: float, body: Mapping[str, Any]) -> Registration:
        """Take a new registration; its policy decides where it begins."""
        policy = POLICIES[body["policyId"]]
        now = naive(at)
        status = "PENDING_ATTACHMENTS" if policy.mandatory else _first_state(policy)
        members = {
            "id": draw_ulid(self._rng),
            "status": status,
            "registrationType": policy.registration_type,
            "policyId": policy.id,
            "owner": "Jane Doe",
            "createTime": now,
            "updateTime": now,
            "etaDate": naive(at + 14 * DAY_SECONDS)[:10],
            **{name: body[name] for name in REPLACED if name in body},
            "attachments": [],
            "logs": [{"createTime": now, "message": "Submitted.", "registrationState": "IN_QUEUE"}],
            "price": policy.price,
        }
        registration = Registration(self._draw_fate(), Version(at, members))
        self.by_id[members["id"]] = registration
        self._note(registration, at, "Submitted.")
        self._go_on(registration, at)
        return registration

    def update(self, registration: Registration, at: float, body: Mapping[str, Any]) -> None:
        """Replace what a client may say; what is absent is cleared, but for the details.

        A registration that waits for its customer goes back into the queue.
        """
        kept = {name: value for name, value in registration.members.items() if name not in REPLACED}
        kept["requestDetails"] = registration.members["requestDetails"]
        given = {name: body[name] for name in REPLACED if name in body}
        registration.versions.append(Version(at, kept | given | {"updateTime": naive(at)}))
        if registration.status == "PENDING":
            self._move(registration, at, "IN_QUEUE", "Submitted again.")
            self._go_on(registration, at)

    def delete(self, registration: Registration, at: float) -> None:
        """Take a registration away; nothing that was under way goes on."""
        registration.ended_at = at
        registration.begin(lambda due: None)

    def attach(
        self, registration: Registration, at: float, definition: Mapping[str, Any], taken: Intake
    ) -> None:
        """Store a file, which is looked at later.

        Whether it replaces an older one in the list is not published: for half of the registrations it does.
        """
        now = naive(at)
        file = StoredFile(
            name=taken.file_name or f"{definition['title']}.bin",
            size_bytes=taken.size_bytes,
            content=taken.content,
            dice=registration.fate.dice,
            uploaded_sha256=taken.sha256,
        )
        stored = {
            "attachmentId": draw_uuid(self._rng),
            "createTime": now,
            "fileName": file.name,
            "mimeType": taken.media_type,
            "updateTime": now,
            "uploadStatus": "WAITING",
        }
        replaced = definition["id"] if registration.fate.dice // 2 % 2 else None
        attachments = [
            item
            for item in registration.members["attachments"]
            if replaced is None or registration.definitions[item["attachmentId"]] != replaced
        ]
        registration.definitions[stored["attachmentId"]] = definition["id"]
        registration.change(at, attachments=[*attachments, stored], updateTime=now)
        due = at + registration.fate.settle_seconds / 3
        unfit = not file.size_bytes or registration.fate.upload_fails or not _is_allowed(definition, taken)
        self._clock.call_at(
            due, lambda due: self._end_upload(registration, due, stored, definition["id"], file, unfit=unfit)
        )

    def _end_upload(
        self,
        registration: Registration,
        at: float,
        stored: Mapping[str, Any],
        definition_id: str,
        file: StoredFile,
        *,
        unfit: bool,
    ) -> None:
        """Link a file, or let it fail; the last one that was missing sends the registration on."""
        if registration.ended:
            return
        told = {"uploadStatus": "FAILED" if unfit else "COMPLETED", "updateTime": naive(at)}
        attachments = [
            item | told if item["attachmentId"] == stored["attachmentId"] else item
            for item in registration.members["attachments"]
        ]
        registration.change(at, attachments=attachments, updateTime=naive(at))
        if unfit:
            registration.fate.upload_fails = False  # once: the next try may succeed
            return
        registration.files[definition_id] = file
        if registration.status == "PENDING":
            self._move(registration, at, "IN_PROGRESS", "")
        elif registration.status == "PENDING_ATTACHMENTS" and registration.policy.mandatory <= set(
            registration.files
        ):
            self._move(registration, at, _first_state(registration.policy), "All files are there.")
        else:
            return
        self._go_on(registration, at)

    def change(self, registration: Registration, at: float, **members: object) -> None:
        """Replace members behind the client's back; updateTime moves, by whole seconds."""
        registration.change(at, **{"updateTime": naive(at), **members})

    def _go_on(self, registration: Registration, at: float) -> None:
        """Let whatever comes next happen after a third of the settle time."""
        steps: dict[str, Callable[[Registration, float], None]] = {
            "PENDING_APPROVAL": self._decide_price,
            "IN_QUEUE": self._begin_work,
            "ON_HOLD": self._resume,
            "IN_PROGRESS": self._end_work,
        }
        step = steps.get(registration.status)
        if step is not None:
            due = at + registration.fate.settle_seconds / 3
            self._clock.call_at(due, registration.begin(lambda due: step(registration, due)))

    def _decide_price(self, registration: Registration, at: float) -> None:
        """Have the account manager agree, or not: every other refusal is made here."""
        if registration.fate.outcome == "REJECTED" and registration.fate.dice % 2:
            self._move(registration, at, "REJECTED", APPROVER_REFUSES)
        else:
            self._move(registration, at, "IN_QUEUE", "The price is agreed.")
        self._go_on(registration, at)

    def _begin_work(self, registration: Registration, at: float) -> None:
        if registration.fate.held:
            self._move(registration, at, "ON_HOLD", reason("ON_HOLD", registration.fate.dice))
        else:
            self._move(registration, at, "IN_PROGRESS", "")
        self._go_on(registration, at)

    def _resume(self, registration: Registration, at: float) -> None:
        registration.fate.held = False
        self._move(registration, at, "IN_PROGRESS", "")
        self._go_on(registration, at)

    def _end_work(self, registration: Registration, at: float) -> None:
        outcome = registration.fate.outcome
        comment = "" if outcome == "APPROVED" else reason(outcome, registration.fate.dice)
        if outcome == "PENDING":
            registration.fate.outcome = "APPROVED"  # once: what was asked for will do
        self._move(registration, at, outcome, comment)

    def _move(self, registration: Registration, at: float, status: str, comment: str) -> None:
        """Take one edge of the state machine; those with a reason stand in the logs."""
        told: dict[str, object] = {"status": status, "updateTime": naive(at)}
        if status in LOGGED:
            entry = {"createTime": naive(at), "message": comment, "registrationState": status}
            told["logs"] = [*registration.members["logs"], entry]
        registration.change(at, **told)
        self._note(registration, at, comment)

    def _note(self, registration: Registration, at: float, comment: str) -> None:
        members = registration.members
        self.events.append(
            Event(
                event_id=draw_uuid(self._rng),
                at=at,
                registration_id=members["id"],
                registration_type=members["registrationType"],
                status=members["status"],
                comment=comment,
                url=members.get("callbackUrl"),
            )
        )

    def _draw_fate(self) -> Fate:
        roll = self._rng.random()
        refused = roll < self.reject_share
        pending = not refused and roll < self.reject_share + self.pending_share
        return Fate(
            outcome="REJECTED" if refused else "PENDING" if pending else "APPROVED",
            held=self._rng.random() < self.hold_share,
            upload_fails=self._rng.random() < self.upload_fail_share,
            settle_seconds=self._rng.uniform(*self.settle_seconds),
            dice=self._rng.getrandbits(32),
        )


def _first_state(policy: Policy) -> str:
    return "PENDING_APPROVAL" if policy.manual_price else "IN_QUEUE"


def _is_allowed(definition: Mapping[str, Any], taken: Intake) -> bool:
    """Whether the policy takes the file's media type; one that says nothing is let through."""
    allowed = definition.get("allowedMimeTypes")
    return not allowed or taken.media_type in (*allowed, "application/octet-stream")
