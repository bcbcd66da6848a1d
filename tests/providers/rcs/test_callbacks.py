"""Callbacks: who may call, what comes out, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from campaign_reg.errors import DecodeError, InvalidInputError, NotFoundError
from campaign_reg.providers.rcs.callbacks import MAX_CALLBACK_BYTES, parse_callback
from campaign_reg.providers.rcs.events import ClickEvent, StatusEvent
from tests.support.vendors.rcs_contract import EXAMPLES

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.providers.rcs.events import Event
    from campaign_reg.sandbox import Sandbox

JSON = {"Content-Type": "application/json"}
SECRET = "k3y-that-nobody-can-guess"


def parse(body: Any, headers: Any = JSON, secret: Any = SECRET, presented: Any = SECRET) -> Event:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_callback(headers, content, secret=secret, presented=presented)


def test_a_status() -> None:
    event = parse(EXAMPLES["StatusCallback"])
    assert isinstance(event, StatusEvent)
    assert (event.message_id, event.reference_id) == ("3272625618", "a1b2c3d4e5f60020")
    assert (event.status, event.msisdn, event.error) == ("delivered", "+12025550123", 0)
    assert event.error_meaning == "success"
    assert event.amount is not None
    assert (event.amount.value, event.amount.currency) == (Decimal("1.1"), "EUR")
    assert event.time_delivered == datetime(2026, 4, 14, 10, 56, 13)  # noqa: DTZ001
    assert event.delivered_at is None


def test_a_click() -> None:
    event = parse(EXAMPLES["ClickCallback"])
    assert isinstance(event, ClickEvent)
    assert (event.message_id, event.text, event.postback) == ("3272625618", "Open shop", "open_shop")
    assert event.time_click == datetime(2026, 4, 14, 10, 56, 40)  # noqa: DTZ001
    assert event.clicked_at is None


@pytest.mark.parametrize(
    ("members", "code", "meaning"),
    [
        ({"error": "8"}, 8, "balance too low"),
        ({"error": 5}, 5, "unknown failure"),
        ({"error": 77}, 77, ""),
        ({"error": "E-1"}, None, ""),
        ({"error": None}, None, ""),
        ({}, None, ""),
    ],
)
def test_legacy_codes(members: dict[str, Any], code: int | None, meaning: str) -> None:
    event = parse({"id": 1, "status": "failed", **members})
    assert isinstance(event, StatusEvent)
    assert (event.error, event.error_meaning) == (code, meaning)
    assert event.amount is None


def test_ids_as_numbers_and_words_from_tomorrow() -> None:
    event = parse({"id": 2**40, "status": "VANISHED", "campaign_id": 7})
    assert isinstance(event, StatusEvent)
    assert (event.message_id, event.status, event.extra["campaign_id"]) == (str(2**40), "VANISHED", 7)


def test_which_is_which() -> None:
    both = {"id": 1, "status": "read", "time_click": "2026-04-14 10:56:40"}
    assert isinstance(parse(both), StatusEvent)
    assert isinstance(parse({**both, "status": None}), ClickEvent)


@pytest.mark.parametrize(
    "presented", ["", None, 7, b"x", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "é" * 25, "\ud800"]
)
def test_a_stranger_is_refused_before_the_body_is_read(presented: Any) -> None:
    with pytest.raises(InvalidInputError, match="does not match") as caught:
        parse(b"not json", presented=presented)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("secret", ["", None, "short", "x" * 15])
def test_a_secret_that_is_none(secret: Any) -> None:
    for presented in ("", secret, SECRET):
        with pytest.raises(InvalidInputError, match="16 characters"):
            parse(EXAMPLES["StatusCallback"], secret=secret, presented=presented)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json; charset=utf-8"},
        {"CONTENT-TYPE": " Application/JSON "},
        [("Host", "a.example"), ("Content-Type", "application/json")],
    ],
)
def test_headers_in_every_form(headers: Any) -> None:
    assert parse(EXAMPLES["ClickCallback"], headers).message_id == "3272625618"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/html"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": ""},
        [("Content-Type", "application/json"), ("content-type", "text/html")],
        [("Content-Type", "application/json"), ("content-type", "application/json")],
    ],
)
def test_other_content_is_refused(headers: Any) -> None:
    with pytest.raises(InvalidInputError, match="application/json"):
        parse(EXAMPLES["StatusCallback"], headers)


@pytest.mark.fault(87)
@pytest.mark.parametrize(
    "body", [json.dumps(EXAMPLES["StatusCallback"]), EXAMPLES["StatusCallback"], None, 7]
)
def test_a_body_that_is_not_as_it_came(body: Any) -> None:
    with pytest.raises(InvalidInputError, match="must be the raw bytes as they came"):
        parse_callback(JSON, body, secret=SECRET, presented=SECRET)


def test_a_body_that_is_too_large() -> None:
    padded = json.dumps(EXAMPLES["StatusCallback"]).encode().ljust(MAX_CALLBACK_BYTES)
    assert parse(padded).message_id == "3272625618"
    with pytest.raises(InvalidInputError, match="1,048,577 bytes"):
        parse(padded + b" ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"id":1,"status":"read","status":"failed"}',
        b'{"id":1,"status":NaN}',
        b"[" * 100_000,
        b'{"id":' + b"9" * 5000 + b',"status":"read"}',
        b'{"id":1}',
        b'{"status":"read"}',
        b'{"id":"x","status":"read"}',
        b'{"id":true,"status":"read"}',
        b'{"id":1,"status":7}',
        b'{"id":1,"time_click":"soon"}',
        b'{"id":1,"status":"read","time_in":5}',
        b'{"id":1,"status":"\\ud800"}',
    ],
)
def test_bodies_that_are_no_callback(body: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(body)


@pytest.mark.anyio
class TestAgainstThePlatform:
    """A hint leads to a reading, and only that tells."""

    async def test_from_a_message_to_its_campaign(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1, status="done", age_days=(1, 2))
        message_id = sandbox.rcs.message_ids(id)[0]
        body = sandbox.rcs.callback_body(message_id, status="failed")
        event = rcs.parse_callback(JSON, body, secret=SECRET, presented=SECRET)
        assert event.message_id == str(message_id)
        assert await rcs.campaign_of(event) == id
        message = await rcs.message(event.message_id)
        assert isinstance(event, StatusEvent)
        assert (event.status, message.status) != ("failed", "failed")

    async def test_a_button(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1, status="done", age_days=(1, 2))
        body = sandbox.rcs.callback_body(sandbox.rcs.message_ids(id)[0], button="Open shop")
        event = rcs.parse_callback(JSON, body, secret=SECRET, presented=SECRET)
        assert isinstance(event, ClickEvent)
        assert event.postback == "open_shop"

    async def test_a_forged_one(self, rcs: RcsBackend) -> None:
        event = rcs.parse_callback(
            JSON, b'{"id":"999","status":"delivered"}', secret=SECRET, presented=SECRET
        )
        with pytest.raises(NotFoundError):
            await rcs.campaign_of(event)

    async def test_times_with_a_zone(self, sandbox: Sandbox) -> None:
        async with campaign_reg.connect("rcs", time_zone="Europe/Kyiv", **sandbox.settings("rcs")) as rcs:
            told = json.dumps(EXAMPLES["StatusCallback"]).encode()
            event = rcs.parse_callback(JSON, told, secret=SECRET, presented=SECRET)
            assert isinstance(event, StatusEvent)
            assert event.delivered_at == datetime(2026, 4, 14, 7, 56, 13, tzinfo=UTC)
            clicked = json.dumps(EXAMPLES["ClickCallback"]).encode()
            event = rcs.parse_callback(JSON, clicked, secret=SECRET, presented=SECRET)
            assert isinstance(event, ClickEvent)
            assert event.clicked_at == datetime(2026, 4, 14, 7, 56, 40, tzinfo=UTC)
