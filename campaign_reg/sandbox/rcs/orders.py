"""The RCS platform's calls that create: campaigns and single messages."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.rcs.bodies import failure, read_object, refused, refused_fields
from campaign_reg.sandbox.rcs.campaigns import Campaign, Draft, first_version
from campaign_reg.sandbox.rcs.forms import accepted_message, created_form
from campaign_reg.sandbox.rcs.messages import SingleMessage
from campaign_reg.sandbox.rcs.rules import BODIES
from campaign_reg.sandbox.rcs.samples import AGENT, CONTACT_LISTS, TARIFFS, Fate
from campaign_reg.sandbox.rcs.times import latest_start, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.rcs.campaigns import CampaignRegister, Recipient
    from campaign_reg.sandbox.rcs.messages import MessageBook

MOST_RECIPIENTS = 5000
MOST_UNIVERSAL_RECIPIENTS = 10_000
DUPLICATE = "Too many duplicate request detected"


class OrderCalls:
    """The handlers of everything that is sent out.

    Attributes:
        agents: RCS agents of the account; others are refused as senders.
        duplicate_seconds: Virtual seconds within which a body that was taken is refused with 429; 0 turns it off.
        repeat_costs_all: Whether a reference that was used before refuses the whole campaign, or the recipient alone.
    """

    def __init__(self, register: CampaignRegister, messages: MessageBook, ledger: Ledger) -> None:
        self._register = register
        self._messages = messages
        self._ledger = ledger
        self._taken: dict[bytes, float] = {}
        self.agents = {AGENT}
        self.duplicate_seconds = 60.0
        self.repeat_costs_all = True

    def create(self, call: Call) -> Reply:
        """Create a campaign for numbers.

        Source:
            https://bsg.world/developers/rest-api/send-rcs-message
        """
        body = self._checked(call)
        draft = self._campaign_draft(call, body)
        draft.recipients = self._recipients(call, body["phones"], "phones")
        draft.total = len(draft.recipients)
        return self._take_campaign(call, body, draft)

    def create_by_groups(self, call: Call) -> Reply:
        """Create a campaign for contact lists.

        Source:
            https://bsg.world/developers/rest-api/sending-an-rcs-message-to-a-group-of-contacts
        """
        body = self._checked(call)
        draft = self._campaign_draft(call, body)
        draft.total = _list_sizes(call, body["groups"], "groups", MOST_RECIPIENTS)
        return self._take_campaign(call, body, draft)

    def create_universal(self, call: Call) -> Reply:
        """Create a campaign over one or two channels; a dry run leaves nothing behind.

        Source:
            https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        """
        body = self._checked(call)
        to, draft = body["recipients"], self._universal_draft(call, body)
        draft.start_at = _start(call, body)
        if "phones" in to:
            draft.recipients = self._recipients(call, to["phones"], "recipientsphones")
            draft.total = len(draft.recipients)
        if "groups" in to:
            listed = _list_sizes(call, to["groups"], "recipientsgroups", MOST_UNIVERSAL_RECIPIENTS)
            # Recipients that were not named have no references either.
            draft.recipients, draft.total = (), draft.total + listed
        if not body.get("dry_run"):
            return self._take_campaign(call, body, draft)
        first = first_version(call.at)
        trial = Campaign(self._register.new_id(), self._register.new_message_ids(0), draft, Fate(0.0), first)
        return render(200, {"data": created_form(trial, first.members)})

    def send(self, call: Call) -> Reply:
        """Send one message.

        Source:
            https://bsg.world/developers/rest-api/single-rcs-message-sending
        """
        body = self._checked(call)
        self._check_agent(call, body["sender"], "sender")
        draft = Draft(
            total=1,
            start_at=call.at,
            sender=body["sender"],
            options=body["options"],
            fallback="sms" in body.get("alternative_channel", {}),
            validity=int(body.get("validity") or 72),
        )
        return self._take_message(call, body, draft)

    def send_universal(self, call: Call) -> Reply:
        """Send one message over one or two channels."""
        body = self._checked(call)
        return self._take_message(call, body, self._universal_draft(call, body))

    def _checked(self, call: Call) -> dict[str, Any]:
        """Read a body, unless it was taken a moment ago, and hold it against its table."""
        if call.at < self._taken.get(_digest(call), float("-inf")) + self.duplicate_seconds:
            raise RefusedError(failure(429, DUPLICATE))
        body = read_object(call)
        problems = list(BODIES[call.operation](body, ""))
        if problems:
            raise refused_fields(call, problems)
        code = body.get("tariff_code")
        if code is not None and not any(code == tariff["code"] and tariff["is_active"] for tariff in TARIFFS):
            raise refused(call, "Tariff was not found", "tariff_code")
        return body

    def _campaign_draft(self, call: Call, body: dict[str, Any]) -> Draft:
        self._check_agent(call, body["sender"], "sender")
        return Draft(
            total=0,
            start_at=_start(call, body),
            sender=body["sender"],
            options=body["options"],
            fallback="sms" in (body.get("alternative_channel") or {}),
            validity=int(body.get("validity", 72)),
        )

    def _universal_draft(self, call: Call, body: dict[str, Any]) -> Draft:
        """Read the channels: each has to be connected, and needs its own part of the body."""
        channels = body["channels"]
        for channel in channels:
            if channel not in ("rcs", "sms"):
                raise refused(call, f"Channel {channel} is not connected.", "channels")
            if channel not in body:
                raise refused_fields(call, [(channel, "This value should not be blank.")])
        if len(set(channels)) < len(channels):
            raise refused(call, "Channels should be unique.", "channels")
        content = body[channels[0]]
        if "rcs" in channels:
            self._check_agent(call, body["rcs"]["sender"], "rcssender")
        options = {name: content[name] for name in ("text", "cards") if name in content}
        return Draft(
            total=1,
            start_at=call.at,
            sender=content["sender"],
            message_type=channels[0],
            options=options,
            fallback=channels == ["rcs", "sms"],
            validity=int(body.get("validity", 72)),
        )

    def _check_agent(self, call: Call, sender: str, path: str) -> None:
        if sender not in self.agents:
            raise refused(call, "Sender is not available.", path)

    def _recipients(self, call: Call, phones: list[dict[str, Any]], path: str) -> Sequence[Recipient]:
        """Check numbers and references against each other, and references against all that were used."""
        numbers: set[str] = set()
        references: set[str] = set()
        taken: list[Recipient] = []
        problems = []
        for place, phone in enumerate(phones):
            number, reference = phone["number"], phone.get("reference_id")
            used = reference in references or self._messages.knows_reference(reference)
            if number in numbers:
                problems.append((f"{path}{place}number", "This number was given before."))
            elif used and self.repeat_costs_all:
                problems.append((f"{path}{place}reference_id", "This reference was used before."))
            elif not used:
                taken.append((number, reference))
            numbers.add(number)
            references.update([reference] if reference is not None else [])
        if not problems and not taken:
            problems = [(path, "No recipients are left.")]
        if problems:
            raise refused_fields(call, problems)
        return taken

    def _take_campaign(self, call: Call, body: dict[str, Any], draft: Draft) -> Reply:
        campaign = self._register.create(call.at, draft)
        self._messages.enter(campaign)
        self._ledger.write(call.at, "rcs", call.operation, str(campaign.id), body)
        self._remember(call)
        return render(200, {"data": created_form(campaign, campaign.members)})

    def _take_message(self, call: Call, body: dict[str, Any], draft: Draft) -> Reply:
        draft.recipients = self._recipients(call, [body["phone"]], "phone")
        message = SingleMessage(self._register.new_message_ids(1), draft, call.at)
        if not body.get("dry_run"):
            self._messages.enter(message)
            self._ledger.write(call.at, "rcs", call.operation, str(message.first_message_id), body)
            self._remember(call)
        return render(200, {"data": accepted_message(message.message_at(call.at))})

    def _remember(self, call: Call) -> None:
        """Note a body that was taken, and forget those whose time is over."""
        horizon = call.at - self.duplicate_seconds
        while self._taken and (oldest := next(iter(self._taken))) and self._taken[oldest] < horizon:
            del self._taken[oldest]
        self._taken.pop(_digest(call), None)
        self._taken[_digest(call)] = call.at


def _digest(call: Call) -> bytes:
    return hashlib.sha256(call.operation.encode() + call.body).digest()


def _start(call: Call, body: dict[str, Any]) -> float:
    """Read when a campaign is to start, as UTC; not at all or a past date means at once."""
    if "start_at" not in body:
        return call.at
    start = read(body["start_at"])
    if start is None:
        raise refused_fields(call, [("start_at", "This value is not a valid datetime.")])
    if start >= latest_start(call.at):
        raise refused_fields(call, [("start_at", "The campaign can be scheduled 30 days ahead at most.")])
    return start


def _list_sizes(call: Call, ids: list[int], path: str, most: int) -> int:
    """Count the recipients of contact lists."""
    sizes = {contact_list["id"]: int(contact_list["items"]) for contact_list in CONTACT_LISTS}
    for place, list_id in enumerate(ids):
        if list_id not in sizes:
            raise refused_fields(call, [(f"{path}{place}", "Group was not found.")])
    total = sum(sizes[list_id] for list_id in set(ids))
    if total > most:
        raise refused_fields(call, [(path, f"A campaign has {most} recipients at most.")])
    return total
