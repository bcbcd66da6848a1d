"""Drafts, connections and the check by contract of tests of sender IDs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg import connect
from campaign_reg.providers.sinch.config import SenderIdConfig
from campaign_reg.providers.sinch.sender_id.models import RegistrationDraft, RequestDetails
from campaign_reg.sandbox.sender_id.policies import PLAIN
from tests.support.vendors.contracts import UNDOCUMENTED_SENDER_ID, contract, hold_against
from tests.support.wire_server import WireServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange
    from tests.support.shared_clock import SharedClock


NOBODY = "01hh51s80tpvjy7pe0mt6nd7at"
UNCHECKED = {
    "createToken",  # of another contract
    "uploadRegistrationAttachment",  # the sandbox keeps no streams
    "downloadRegistrationAttachment",
    "downloadPolicyTemplate",
}
COMPANY = ({"companyName": "Harbor Lane Supply", "website": "https://harborlane.example"},)


def calls(sandbox: Sandbox) -> list[str]:
    """Operations asked for so far, without tokens."""
    return [str(exchange.operation) for exchange in sandbox.exchanges if exchange.operation != "createToken"]


def last(sandbox: Sandbox, operation: str) -> Exchange:
    return next(exchange for exchange in reversed(sandbox.exchanges) if exchange.operation == operation)


def details(*senders: str) -> tuple[RequestDetails, ...]:
    named = tuple({"senderId": sender} for sender in senders)
    return (RequestDetails(additional_details=COMPANY, sender_id_details=named or None),)


def draft(*senders: str, **changes: Any) -> RegistrationDraft:
    members: dict[str, Any] = {"policy_id": PLAIN, "request_details": details(*(senders or ("HARBORLANE",)))}
    return RegistrationDraft(**{**members, **changes})


def basic(server: WireServer, clock: SharedClock, **settings: Any) -> Any:
    """A connection to a scripted server, which sees no token calls."""
    given: dict[str, Any] = {"project_id": "p", "key_id": "k", "key_secret": "s", "auth": "basic", **settings}
    return connect(SenderIdConfig(base_url=server.origin, **given), clock=clock)


@pytest.fixture(autouse=True)
async def by_the_contract(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[None]:
    """Everything that was sent and taken keeps to the contract, unless the test bends it."""
    yield
    for exchange in sandbox.exchanges:
        if exchange.status == 200 and exchange.operation not in UNCHECKED and not sandbox.faults.rules:
            hold_against(exchange, contract("sinch-registration.yaml", UNDOCUMENTED_SENDER_ID))
