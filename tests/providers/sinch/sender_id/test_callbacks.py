"""Events as the sandbox and the contract write them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.enums import Verdict
from campaign_reg.errors import AuthenticationError, DecodeError, InvalidRequestError
from campaign_reg.polling.poller import Poller
from campaign_reg.providers.sinch.sender_id.callbacks import EventType, parse_callback
from campaign_reg.providers.sinch.sender_id.models import (
    RegistrationDraft,
    RegistrationState,
    RegistrationType,
    RequestDetails,
)
from campaign_reg.sandbox.sender_id.policies import PLAIN

if TYPE_CHECKING:
    from campaign_reg.models.outcome import Outcome
    from campaign_reg.protocol.action import Action
    from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend
    from campaign_reg.providers.sinch.sender_id.callbacks import RegistrationEvent
    from campaign_reg.sandbox import Sandbox

SECRET = "canary-secret-of-the-project"
SAMPLE = json.loads((Path(__file__).parent / "samples" / "callback_pending" / "callback.json").read_text())


def parse(body: bytes) -> RegistrationEvent:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    return parse_callback({"x-sinch-signature": signature}, body, secret=SECRET)


def parsed(**members: Any) -> RegistrationEvent:
    return parse(json.dumps({"resourceId": "r1", **members}).encode())


def test_the_contracts_event() -> None:
    event = parse(json.dumps(SAMPLE, indent=3).encode())
    assert event.target == event.resource_id == "01hh51s80tpvjy7pe0mt6nd7at"
    assert (event.status, event.resource_type) == (
        RegistrationState.PENDING,
        RegistrationType.ALPHANUMERIC_SENDER_ID,
    )
    assert event.event_type is EventType.REGISTRATION_STATUS_CHANGE
    assert event.timestamp == datetime(2026, 5, 5, 12, 20, 45, 785357, tzinfo=UTC)
    assert event.comment == SAMPLE["comment"]
    assert (event.event_id, event.project_id) == (SAMPLE["eventId"], SAMPLE["projectId"])
    assert event.extra["timestamp"] == SAMPLE["timestamp"]


def test_tomorrows_words_and_members_are_kept() -> None:
    event = parsed(status="AUDITED", eventType="PRICE_CHANGE", newThing={"a": 1}, comment=None)
    assert (event.status, event.event_type, event.comment) == ("AUDITED", "PRICE_CHANGE", None)
    assert event.extra["newThing"] == {"a": 1}


@pytest.mark.fault(87)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"r1"',
        b"not json",
        b"\xff",
        b"{}",
        b'{"resourceId": null}',
        b'{"resourceId": 5}',
        b'{"resourceId": "r1", "status": 5}',
        b'{"resourceId": "r1", "timestamp": "yesterday"}',
        b'{"resourceId": "r1", "resourceId": "r2"}',
        b'{"resourceId": "r1", "a": NaN}',
        b'{"resourceId": "\\ud800"}',
        b'{"resourceId": "r1", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_signed_and_yet_no_event(body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        parse(body)
    assert "canary" not in str(caught.value)


@pytest.mark.fault(87)
def test_what_is_too_long_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InvalidRequestError):
        parse(b'{"resourceId": "r1"}' + b" " * 1024 * 1024)


async def all_of(poller: Poller, action: Action) -> list[Outcome]:
    return [outcome async for outcome in poller.watch([action])]


async def drawn(senders: SenderIdBackend, sandbox: Sandbox) -> str:
    """The project's secret, as a service would learn it."""
    secret = (await senders.callback_configuration()).hmac_secret
    assert secret == sandbox.senderid.secret
    return secret


@pytest.mark.anyio
class TestFromTheVendor:
    async def test_every_event_is_taken_and_the_readings_agree(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.senderid.seed(1, status="IN_QUEUE", pending_share=0, reject_share=0)
        secret = await drawn(senders, sandbox)
        sandbox.clock.advance(100)
        callbacks = sandbox.senderid.callbacks(id)
        events = [senders.parse_callback(item.headers, item.body, secret=secret) for item in callbacks]
        assert events
        assert {event.target for event in events} == {id}
        assert {event.project_id for event in events} == {senders.account}
        assert events[-1].status == (await senders.get(id)).status

    @pytest.mark.fault(62, 84)
    async def test_a_repeated_one_says_that_it_is(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        sandbox.senderid.seed(2, status="IN_QUEUE")
        secret = await drawn(senders, sandbox)
        sandbox.clock.advance(100)
        callbacks = sandbox.senderid.callbacks(shuffled=True, repeats=2)
        ids = [parse_callback(item.headers, item.body, secret=secret).event_id for item in callbacks]
        assert len(ids) == 3 * len(set(ids))

    async def test_a_changed_secret_ends_the_old_one(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        sandbox.senderid.seed(1, status="IN_QUEUE")
        old = await drawn(senders, sandbox)
        changed = await senders.update_callback_configuration("0b9b6f0e-55b3-4d55-8a53-2f4d6f1c8f70")
        assert changed.hmac_secret == await drawn(senders, sandbox) != old
        sandbox.clock.advance(100)
        [item, *_] = sandbox.senderid.callbacks()
        with pytest.raises(AuthenticationError):
            senders.parse_callback(item.headers, item.body, secret=old)

    @pytest.mark.fault(62, 88)
    async def test_an_untrue_event_settles_nothing(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        sandbox.senderid.register.reject_share = 1
        sandbox.senderid.register.settle_seconds = (60, 60)
        details = RequestDetails(
            additional_details=({"companyName": "Harbor Lane Supply"},),
            sender_id_details=({"senderId": "HARBORLANE"},),
        )
        action = await senders.create(RegistrationDraft(policy_id=PLAIN, request_details=(details,)))
        async with Poller(senders) as poller:
            outcomes = asyncio.ensure_future(all_of(poller, action))
            await asyncio.sleep(0)
            assert poller.notify(parsed(resourceId=action.target, status="APPROVED"))
            assert [outcome.verdict for outcome in await outcomes] == [Verdict.FAILED]
