from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.sandbox.sender_id import policies, samples
from campaign_reg.sandbox.sender_id import registrations as sender_id_registrations
from tests.support.vendors.sender_id_client import created, delete, read, update, upload
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
PLAIN, FORM, MANUAL = policies.PLAIN, policies.NEEDS_FORM, policies.MANUAL
DOCUMENT = contract_document("sinch-registration.yaml")
MACHINE = DOCUMENT["x-state-machines"]["registrationState"]


async def states(sandbox: Sandbox, api: Api, registration_id: str, steps: int = 5) -> list[str]:
    """Step through a settle time of three seconds, and note every change of state."""
    seen: list[str] = []
    for _ in range(steps):
        status = (await read(api, registration_id))["status"]
        seen += [status] if seen[-1:] != [status] else []
        sandbox.clock.advance(1)
    return seen


@pytest.fixture(autouse=True)
def settle(sandbox: Sandbox) -> None:
    sandbox.senderid.register.settle_seconds = (3, 3)


def test_states_are_the_contracts() -> None:
    assert DOCUMENT["components"]["schemas"]["RegistrationState"]["enum"] == sender_id_registrations.STATES
    assert list(sender_id_registrations.DELETABLE) == MACHINE["deletable"]


@pytest.mark.parametrize(
    ("policy_id", "first"),
    [(PLAIN, "IN_QUEUE"), (FORM, "PENDING_ATTACHMENTS"), (MANUAL, "PENDING_APPROVAL")],
)
async def test_the_policy_decides_where_it_begins(
    sandbox: Sandbox, api: Api, policy_id: str, first: str
) -> None:
    registration_id = await created(api, policyId=policy_id)
    seen = await states(sandbox, api, registration_id)
    ways = {
        "IN_QUEUE": ["IN_QUEUE", "IN_PROGRESS", "APPROVED"],
        "PENDING_APPROVAL": ["PENDING_APPROVAL", "IN_QUEUE", "IN_PROGRESS", "APPROVED"],
        "PENDING_ATTACHMENTS": ["PENDING_ATTACHMENTS"],
    }
    assert seen == ways[first]


async def test_a_refusal_stands_in_the_logs(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.register.reject_share = 1
    registration_id = await created(api)
    assert (await states(sandbox, api, registration_id))[-1] == "REJECTED"
    logs = (await read(api, registration_id))["logs"]
    assert [entry["registrationState"] for entry in logs] == ["IN_QUEUE", "REJECTED"]
    assert logs[-1]["message"] in samples.REASONS["REJECTED"]


async def test_a_change_that_was_asked_for_is_asked_once(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.register.pending_share = 1
    registration_id = await created(api)
    assert (await states(sandbox, api, registration_id))[-1] == "PENDING"
    before = await read(api, registration_id)
    answer = await update(api, registration_id, tags=["#new"])
    assert (answer.document["status"], answer.document["tags"]) == ("IN_QUEUE", ["#new"])
    # Absent members are cleared, but a registration without details is none.
    assert {"callbackUrl", "notificationContacts"}.isdisjoint(answer.document)
    assert answer.document["requestDetails"] == before["requestDetails"]
    assert answer.document["updateTime"] > before["updateTime"]
    assert await states(sandbox, api, registration_id) == ["IN_QUEUE", "IN_PROGRESS", "APPROVED"]


async def test_a_held_review_goes_on(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.register.hold_share = 1
    registration_id = await created(api)
    seen = await states(sandbox, api, registration_id)
    assert seen == ["IN_QUEUE", "ON_HOLD", "IN_PROGRESS", "APPROVED"]


async def test_a_review_is_held_once(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.register.hold_share = sandbox.senderid.register.pending_share = 1
    registration_id = await created(api)
    assert (await states(sandbox, api, registration_id))[-1] == "PENDING"
    await update(api, registration_id)
    assert await states(sandbox, api, registration_id) == ["IN_QUEUE", "IN_PROGRESS", "APPROVED"]


async def test_the_account_manager_may_refuse(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.register.reject_share = 1
    ways = set()
    for _ in range(12):
        registration_id = await created(api, policyId=MANUAL)
        ways.add(tuple(await states(sandbox, api, registration_id)))
    assert ways == {
        ("PENDING_APPROVAL", "REJECTED"),
        ("PENDING_APPROVAL", "IN_QUEUE", "IN_PROGRESS", "REJECTED"),
    }


async def test_every_edge_is_one_of_the_contracts(sandbox: Sandbox, api: Api) -> None:
    register = sandbox.senderid.register
    register.reject_share = register.pending_share = register.hold_share = 0.34
    for policy_id in (PLAIN, MANUAL, FORM, policies.MANUAL_FORM) * 6:
        registration_id = await created(api, policyId=policy_id)
        await upload(api, registration_id, policies.FORM_ID, b"x")
    ids = list(register.by_id)
    for _ in range(8):
        sandbox.clock.advance(1)
        for registration_id in ids:
            if register.by_id[registration_id].status == "PENDING":
                await update(api, registration_id)
    last: dict[str, str] = {}
    edges = set()
    for event in register.events:
        if event.registration_id in last:
            edges.add((last[event.registration_id], event.status))
        last[event.registration_id] = event.status
    known = {(start, end) for start, ends in MACHINE["transitions"].items() for end in ends}
    assert edges <= known
    assert len(edges) >= 10
    assert set(last.values()) == {"APPROVED", "REJECTED"}


@pytest.mark.parametrize("status", sender_id_registrations.STATES)
async def test_what_may_be_deleted_and_changed(sandbox: Sandbox, api: Api, status: str) -> None:
    [registration_id] = sandbox.senderid.seed(1, status=status)
    changed = await update(api, registration_id)
    editable = status not in ("IN_PROGRESS", "ON_HOLD", "APPROVED", "REJECTED")
    assert changed.status == (200 if editable else 400)
    if not editable:
        assert changed.message == "Registration validation error"
    sandbox.senderid.change(registration_id, status=status)
    answer = await delete(api, registration_id)
    if status in MACHINE["deletable"]:
        assert (answer.status, answer.body) == (200, b"")
        assert (await api.call("GET", f"/registrations/{registration_id}")).status == 404
        assert (await delete(api, registration_id)).status == 404
        assert registration_id not in sandbox.senderid.registrations
    else:
        error = {
            "code": 400,
            "message": "Registration is not in DRAFT, IN QUEUE or PENDING status.",
            "status": "FAILED_PRECONDITION",
            "details": [],
        }
        assert (answer.status, answer.document) == (400, {"error": error})
    assert sandbox.ledger.counts("deleteRegistration").total() == (status in MACHINE["deletable"])


async def test_a_deleted_registration_stays_away(sandbox: Sandbox, api: Api) -> None:
    sandbox.clock.advance(10)
    registration_id = await created(api)
    sandbox.clock.advance(0.5)
    await delete(api, registration_id)
    events = len(sandbox.senderid.register.events)
    sandbox.clock.advance(9)
    assert len(sandbox.senderid.register.events) == events
    sandbox.faults.add("lagging_reads", times=None, lag_seconds=9.2)
    assert (await read(api, registration_id))["status"] == "IN_QUEUE"
    sandbox.clock.advance(0.3)
    assert (await api.call("GET", f"/registrations/{registration_id}")).status == 404


async def test_files_send_a_registration_on(sandbox: Sandbox, api: Api) -> None:
    registration_id = await created(api, policyId=FORM)
    assert (await upload(api, registration_id, policies.LETTER_ID, b"letter")).status == 200
    assert (await states(sandbox, api, registration_id, 3)) == ["PENDING_ATTACHMENTS"]
    await upload(api, registration_id, policies.FORM_ID, b"form")
    [_, waiting] = (await read(api, registration_id))["attachments"]
    assert (waiting["uploadStatus"], waiting["fileName"]) == ("WAITING", "form.pdf")
    seen = await states(sandbox, api, registration_id)
    assert seen == ["PENDING_ATTACHMENTS", "IN_QUEUE", "IN_PROGRESS", "APPROVED"]
    files = (await read(api, registration_id))["attachments"]
    assert [file["uploadStatus"] for file in files] == ["COMPLETED", "COMPLETED"]
    assert files[1]["updateTime"] > files[1]["createTime"]
    answer = await upload(api, registration_id, policies.FORM_ID, b"more")
    assert answer.message == "Registration status is not valid for including attachments"


@pytest.mark.parametrize(
    ("content", "part"), [(b"", {}), (b"x", {"content_type": "image/gif"}), (b"x", {"fails": True})]
)
async def test_a_file_may_fail(sandbox: Sandbox, api: Api, content: bytes, part: dict[str, Any]) -> None:
    sandbox.senderid.register.upload_fail_share = float(part.pop("fails", False))
    registration_id = await created(api, policyId=FORM)
    for good in (False, True):
        fit = (b"x", {}) if good else (content, part)
        await upload(api, registration_id, policies.FORM_ID, fit[0], **fit[1])
        sandbox.clock.advance(1)
        if not good:
            assert (await read(api, registration_id))["attachments"][0]["uploadStatus"] == "FAILED"
    told = await read(api, registration_id)
    assert [file["uploadStatus"] for file in told["attachments"]][-1] == "COMPLETED"
    assert told["status"] == "IN_QUEUE"


@pytest.mark.parametrize(("dice", "listed"), [(0, ["a.pdf", "b.pdf"]), (2, ["b.pdf"])])
async def test_a_second_file_is_added_or_replaces_the_first(
    sandbox: Sandbox, api: Api, dice: int, listed: list[str]
) -> None:
    registration_id = await created(api, policyId=FORM)
    sandbox.senderid.register.by_id[registration_id].fate.dice = dice
    await upload(api, registration_id, policies.LETTER_ID, b"letter", filename="letter.pdf")
    for name in ("a.pdf", "b.pdf"):
        await upload(api, registration_id, policies.FORM_ID, name.encode(), filename=name)
    files = (await read(api, registration_id))["attachments"]
    assert [file["fileName"] for file in files] == ["letter.pdf", *listed]
    sandbox.clock.advance(1)
    path = f"/registrations/{registration_id}/attachments/{policies.FORM_ID}"
    assert (await api.call("GET", path)).body == b"b.pdf"


async def test_a_file_answers_what_was_asked_for(sandbox: Sandbox, api: Api) -> None:
    [registration_id] = sandbox.senderid.seed(
        1, policy_id=PLAIN, reject_share=0, pending_share=0, hold_share=0, settle_seconds=(3, 3)
    )
    await upload(api, registration_id, policies.LETTER_ID, b"letter")
    assert await states(sandbox, api, registration_id) == ["PENDING", "IN_PROGRESS", "APPROVED"]


async def test_a_file_of_a_deleted_registration_is_gone(sandbox: Sandbox, api: Api) -> None:
    [registration_id] = sandbox.senderid.seed(1, policy_id=PLAIN)
    await upload(api, registration_id, policies.LETTER_ID, b"letter")
    await delete(api, registration_id)
    sandbox.clock.advance(5)
    path = f"/registrations/{registration_id}/attachments/{policies.LETTER_ID}"
    assert (await api.call("GET", path)).message == "registration/document not found"
    assert not sandbox.senderid.register.events
