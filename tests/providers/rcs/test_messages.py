"""Single messages, and how each message stands, against the sandbox."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.errors import InvalidInputError, InvalidRequestError, NotFoundError, OutcomeUnknownError
from campaign_reg.providers.rcs.drafts import CampaignDraft, Card, MessageDraft, Recipient, SmsFallback
from tests.providers.rcs.conftest import calls

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio


def draft(**members: Any) -> MessageDraft:
    return MessageDraft(**{"sender": "acme_agent", "phone": "+12025550123", "text": "Hello", **members})


class TestSend:
    async def test_a_message(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        message = await rcs.send_message(draft())
        assert (message.phone, message.status, message.campaign_id) == ("+12025550123", "accepted", None)
        assert message.reference_id is not None
        assert len(message.reference_id) == 24
        assert message.amount is not None
        assert message.id not in sandbox.rcs.campaigns
        assert (await rcs.message(message.id)).reference_id == message.reference_id

    async def test_everything_a_draft_can_say(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        recipient = Recipient(number="12025550123", reference_id="mine")
        full = draft(
            phone=recipient,
            text=None,
            cards=(Card(text="x"),),
            sms_fallback=SmsFallback(text="x", sender="ACME", validity_seconds=60),
            callback_url="https://hooks.example.com/rcs/k3y",
            tariff_code=9,
            validity_seconds=300,
            add_to_contact_book=False,
            check_stop_list=False,
        )
        assert (await rcs.send_message(full)).reference_id == "mine"
        sent = json.loads(sandbox.exchanges[-1].request_body or b"")
        assert sent["callback_url"] == "https://hooks.example.com/rcs/k3y"
        assert (sent["validity_seconds"], sent["add_to_contact_book"], sent["check_stop_list"]) == (
            300,
            False,
            False,
        )

    @pytest.mark.parametrize(
        "fault", ["drop_after", "drop_before", "status_500", "malformed_json", "empty_body"]
    )
    async def test_a_lost_one_names_its_reference(
        self, rcs: RcsBackend, sandbox: Sandbox, fault: str
    ) -> None:
        sandbox.faults.add(fault, "sendRcsMessage", provider="rcs")
        with pytest.raises(OutcomeUnknownError, match=r"reference_id is [0-9a-f]{24}\)") as caught:
            await rcs.send_message(draft())
        reference = str(caught.value).partition("reference_id is ")[2][:24]
        found = [message async for message in rcs.messages(reference_id=reference)]
        assert len(found) == sandbox.ledger.counts("sendRcsMessage").total()
        assert calls(sandbox) == ["sendRcsMessage", "listMessages"]

    async def test_the_same_twice(self, rcs: RcsBackend) -> None:
        mine = draft(phone=Recipient(number="12025550123", reference_id="mine"))
        await rcs.send_message(mine)
        with pytest.raises(
            OutcomeUnknownError, match=r"duplicate request.*\(its reference_id is mine\)"
        ) as caught:
            await rcs.send_message(mine)
        assert (caught.value.status, caught.value.message) == (429, "Too many duplicate request detected")

    async def test_refusals(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        with pytest.raises(InvalidInputError, match="text: 161"):
            await rcs.send_message(draft(text="x" * 161))
        assert sandbox.exchanges == []
        with pytest.raises(InvalidRequestError):
            await rcs.send_message(draft(sender="nobody"))


class TestMessages:
    async def test_of_a_campaign(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        one, other = sandbox.rcs.seed(2, status="done")
        ids = [str(id) for id in sandbox.rcs.message_ids(one)]
        found = [message async for message in rcs.messages(campaign_id=one, page_size=15)]
        assert [message.id for message in found] == ids
        assert {message.campaign_id for message in found} == {one}
        newest = [message.id async for message in rcs.messages(campaign_id=other, newest_first=True)]
        assert newest == [str(id) for id in sandbox.rcs.message_ids(other)][::-1]

    async def test_by_reference(self, rcs: RcsBackend) -> None:
        phones = [Recipient(number="12025550123", reference_id="r1"), Recipient(number="12025550124")]
        action = await rcs.create(CampaignDraft(sender="acme_agent", phones=phones, text="Hello"))
        [message] = [message async for message in rcs.messages(reference_id="r1")]
        assert (message.campaign_id, message.phone) == (action.target, "+12025550123")

    async def test_a_long_period(self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock) -> None:
        """Dates in the future are refused here: the last window is left open."""
        old, new = (sandbox.rcs.seed(1, status="done", age_days=(age, age))[0] for age in (170, 1))
        start = clock.now().replace(tzinfo=None) - timedelta(days=171)
        found = {m.campaign_id async for m in rcs.messages(created_from=start, page_size=500)}
        assert found == {old, new}
        assert {m.campaign_id async for m in rcs.messages()} == {new}

    async def test_nobody(self, rcs: RcsBackend) -> None:
        with pytest.raises(NotFoundError, match="no message 999"):
            await rcs.message("999")
        assert [message async for message in rcs.messages(id="999")] == []

    @pytest.mark.parametrize(
        "filters",
        [
            {"id": "x"},
            {"campaign_id": "0"},
            {"reference_id": "a-b"},
            {"reference_id": ""},
            {"reference_id": "é"},
            {"page_size": 14},
            {"page_size": 501},
        ],
    )
    async def test_what_is_refused_before_any_io(
        self, rcs: RcsBackend, sandbox: Sandbox, filters: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInputError):
            rcs.messages(**filters)
        assert sandbox.exchanges == []
