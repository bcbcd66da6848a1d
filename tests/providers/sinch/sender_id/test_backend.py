"""Every verb of the sender ID API, over real sockets, against the sandbox."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.enums import CampaignState, Evidence, Verb, Verdict
from campaign_reg.errors import (
    DecodeError,
    HeldBackError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PaginationError,
    PermissionDeniedError,
    UnsupportedVerbError,
)
from campaign_reg.models.finding import Severity
from campaign_reg.providers.sinch.sender_id.models import RegistrationDraft, RegistrationType, RequestDetails
from campaign_reg.sandbox.sender_id.policies import LONG_NUMBER, MANUAL, MULTI, NEEDS_FORM, PLAIN
from tests.support.vendors.sender_id_backend import (
    COMPANY,
    NOBODY,
    basic,
    by_the_contract,
    calls,
    details,
    draft,
    last,
)
from tests.support.wire_server import WireServer, reply

if TYPE_CHECKING:
    from campaign_reg.protocol.action import Action
    from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

__all__ = ["by_the_contract"]


pytestmark = pytest.mark.anyio


def registration(**members: Any) -> bytes:
    return json.dumps({"id": NOBODY, "status": "PENDING", **members}).encode()


class TestGet:
    async def test_a_registration_as_the_vendor_holds_it(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        made = await senders.get(id)
        raw = sandbox.senderid.registrations[id]
        assert (made.id, made.provider, made.name) == (id, "sinch-senderid", "HARBOR00001")
        assert (made.state, made.vendor_status) == (CampaignState.ACTION_REQUIRED, "PENDING")
        assert made.version == raw["updateTime"]
        assert senders.converter.unstructure(made) == {"attachments": [], "notificationContacts": [], **raw}

    async def test_nobody(self, senders: SenderIdBackend) -> None:
        with pytest.raises(NotFoundError, match=r"sinch-senderid\.registrations\.get answered 404 NOT_FOUND"):
            await senders.get(NOBODY)

    async def test_faults_values_from_tomorrow(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.senderid.seed(1)
        sandbox.faults.add("unseen_enum", "getRegistration", member="status")
        made = await senders.get(id)
        assert made.state is CampaignState.UNKNOWN
        assert made.vendor_status not in {"", "PENDING"}

    async def test_one_reading_with_the_vendors_clock(
        self, senders: SenderIdBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        clock.advance(0.7)
        reading = await senders.read(id)
        assert (reading.target, reading.status, reading.action_status) == (id, "PENDING", "")
        assert reading.vendor_time == clock.now().replace(microsecond=0)
        assert reading.taken_at == clock.now()
        assert senders.reading_of(await senders.get(id)).version == reading.version

    async def test_the_reasons_from_the_logs(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.senderid.seed(1, status="REJECTED")
        [reason] = await senders.feedback(id)
        logs = sandbox.senderid.registrations[id]["logs"]
        assert (reason.code, reason.text) == ("REJECTED", logs[-1]["message"])
        [fresh] = sandbox.senderid.seed(1, status="APPROVED")
        assert await senders.feedback(fresh) == ()


class TestIds:
    @pytest.mark.fault(74)
    async def test_one_path_segment_whatever_is_in_it(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        reads = (senders.get, senders.feedback, senders.delete, senders.update, senders.policy)
        for id in ("a/b", "a?b", "a#b", "%2e", "%2e%2e", "a b", "ä", "a+b&c=d", ":x"):
            for call in reads:
                with pytest.raises((NotFoundError, InvalidRequestError)):
                    await call(id)
            assert calls(sandbox)[-len(reads) :] == ["getRegistration"] * 4 + ["getPolicy"]
            path = sandbox.exchanges[-1].target
            assert path.count("/") == 5
            assert path.isascii()
            assert "?" not in path

    @pytest.mark.fault(74)
    async def test_refused_before_any_io(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        for id in ("", " ", ".", "..", "a\r\nb", "\x00", "\ud800"):
            for call in (senders.get, senders.feedback, senders.delete, senders.update, senders.policy):
                with pytest.raises(InvalidInputError):
                    await call(id)
            with pytest.raises(InvalidInputError):
                senders.check("delete", id)
        assert sandbox.exchanges == []

    async def test_a_writing_verb_needs_one_and_a_create_takes_none(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        with pytest.raises(InvalidInputError, match="delete needs the registration's id"):
            await senders.perform("delete")
        with pytest.raises(InvalidInputError, match="a create takes no id"):
            await senders.perform("create", NOBODY, draft())
        for verb in ("resubmit", "renew", "approve"):
            with pytest.raises(UnsupportedVerbError):
                await senders.perform(verb, NOBODY)
        assert sandbox.exchanges == []


class TestList:
    async def test_all_pages(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        ids = sandbox.senderid.seed(7)
        assert [made.id async for made in senders.list(page_size=3)] == ids
        pages = [page async for page in senders.list(page_size=3).pages()]
        assert [len(page.items) for page in pages] == [3, 3, 1]
        assert [page.total for page in pages] == [7, 7, 7]
        rest = [made.id async for made in senders.list(page_size=3).items(cursor=pages[0].next_cursor)]
        assert rest == ids[3:]

    async def test_every_filter_reaches_the_vendor(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        pager = senders.list(
            status=["PENDING"],
            tags=iter(["#retail", "#e-mea"]),
            market_code="MK",
            created_from=date(2024, 11, 3),
            created_to="2026-11-04",
            updated_from="2024-11-03",
            updated_to=date(2026, 11, 4),
            sender_id="A B&C",
            registration_type=RegistrationType.SHORT_CODE,
            order_by="senderId,asc",
            page_size=50,
        )
        for _ in range(2):  # tags given as an iterator are not used up
            assert [made async for made in pager] == []
            assert last(sandbox, "listRegistrations").target.partition("?")[2] == (
                "registrationState=PENDING&tags=%23retail&tags=%23e-mea&marketCode=MK"
                "&createDateFrom=2024-11-03&createDateTo=2026-11-04"
                "&updateDateFrom=2024-11-03&updateDateTo=2026-11-04&senderId=A%20B%26C"
                "&orderBy=senderId%2Casc&pageSize=50&registrationType=SHORT_CODE"
            )

    async def test_the_hash_of_a_tag_starts_no_fragment(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        sandbox.senderid.seed(9)
        records = sandbox.senderid.registrations
        wanted = {id for id in records if "#emea" in records[id]["tags"]}
        assert {made.id async for made in senders.list(tags="#emea")} == wanted
        assert 0 < len(wanted) < 9

    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            ({}, 5),
            ({"status": "PENDING"}, 3),
            ({"status": ["APPROVED"]}, 2),
            ({"sender_id": "HARBOR00002"}, 1),
            ({"registration_type": "LONG_NUMBER"}, 2),
            ({"market_code": "AE"}, 0),
        ],
    )
    async def test_filters(
        self, senders: SenderIdBackend, sandbox: Sandbox, filters: dict[str, Any], count: int
    ) -> None:
        sandbox.senderid.seed(3, policy_id=PLAIN)
        sandbox.senderid.seed(2, policy_id=PLAIN, status="APPROVED")
        sandbox.senderid.seed(2, policy_id=LONG_NUMBER)
        assert len([made async for made in senders.list(page_size=2, **filters)]) == count

    async def test_filters_that_mean_something_else_are_refused(self, senders: SenderIdBackend) -> None:
        wrong: list[dict[str, Any]] = [
            {"page_size": 0},
            {"status": []},
            {"status": ["A", "B"]},
            {"tags": []},
            {"order_by": "createTime"},
            {"created_from": "soon"},
            {"market_code": "mk"},
        ]
        for filters in wrong:
            with pytest.raises(InvalidInputError):
                senders.list(**filters)

    async def test_no_io_before_it_is_iterated(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        senders.list(status="PENDING").pages()
        senders.market_versions().pages()
        await asyncio.sleep(0.01)
        assert sandbox.exchanges == []

    @pytest.mark.fault(50, 51)
    async def test_tokens_that_repeat_and_empty_pages(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        ids = sandbox.senderid.seed(5)
        sandbox.faults.add("empty_page", "listRegistrations", times=3, after=1)
        assert [made.id async for made in senders.list(page_size=2)] == ids
        sandbox.faults.add("repeat_page_token", "listRegistrations", after=1)
        with pytest.raises(PaginationError):
            [made async for made in senders.list(page_size=2)]

    @pytest.mark.fault(53)
    async def test_a_token_travels_byte_for_byte(self, clock: SharedClock) -> None:
        token = "a+b/c==&x#y z%2Fä"
        first = json.dumps({"registrations": [], "nextPageToken": token}).encode()
        async with (
            WireServer(reply(200, first), reply(200, b"{}")) as server,
            basic(server, clock) as senders,
        ):
            assert [made async for made in senders.list()] == []
            assert server.requests[1].target.endswith("&pageToken=a%2Bb%2Fc%3D%3D%26x%23y%20z%252F%C3%A4")

    @pytest.mark.fault(41)
    async def test_a_broken_item_names_its_place(self, clock: SharedClock) -> None:
        body = b'{"registrations": [{"id": "a"}, {"id": "b", "updateTime": 5}]}'
        async with WireServer(reply(200, body)) as server, basic(server, clock) as senders:
            with pytest.raises(DecodeError, match=r"registrations\[1\]\.updateTime"):
                [made async for made in senders.list()]

    async def test_a_project_without_the_api(self, clock: SharedClock) -> None:
        error = {"code": 403, "message": "Customer has no authorization for this API", "status": "X"}
        async with WireServer(reply(403, json.dumps({"error": error}).encode())) as server:
            async with basic(server, clock) as senders:
                with pytest.raises(PermissionDeniedError, match="no authorization for this API"):
                    await senders.markets()


class TestCreate:
    async def test_a_look_then_one_post(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        action = await senders.create(
            draft(
                callback_url="https://hooks.harborlane.example/sinch",
                notification_contacts=("jane.doe@harborlane.example",),
                tags=("#retail",),
                registration_type=RegistrationType.ALPHANUMERIC_SENDER_ID,
            )
        )
        assert calls(sandbox) == ["listRegistrations", "createRegistration"]
        assert last(sandbox, "listRegistrations").target.partition("?")[2] == (
            "senderId=HARBORLANE&registrationType=ALPHANUMERIC_SENDER_ID"
        )
        sent = json.loads(last(sandbox, "createRegistration").request_body)
        assert sent == {
            "policyId": PLAIN,
            "callbackUrl": "https://hooks.harborlane.example/sinch",
            "notificationContacts": ["jane.doe@harborlane.example"],
            "requestDetails": [
                {"additionalDetails": [*COMPANY], "senderIdDetails": [{"senderId": "HARBORLANE"}]}
            ],
            "tags": ["#retail"],
        }
        assert sandbox.ledger.counts("createRegistration") == {action.target: 1}
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert outcome.campaign is not None
        assert outcome.campaign.state is CampaignState.APPROVED

    async def test_every_kind_of_sender_is_looked_through_where_the_draft_does_not_say(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        await senders.create(draft())
        targets = [item.target for item in sandbox.exchanges if item.operation == "listRegistrations"]
        assert [target.rpartition("=")[2] for target in targets] == [kind.value for kind in RegistrationType]

    async def test_a_look_that_finds_nothing_tells_the_vendors_time_and_leaves_the_writes_slot(
        self, senders: SenderIdBackend, clock: SharedClock
    ) -> None:
        reservation = await senders.pace.reserve(2)
        found = await senders.find(senders.mark(draft()), reservation=reservation)
        assert found.readings == ()
        assert found.vendor_time == clock.now().replace(microsecond=0)
        assert len(reservation) == 1

    @pytest.mark.parametrize(
        "status",
        ["IN_QUEUE", "ON_HOLD", "PENDING", "PENDING_ATTACHMENTS", "PENDING_APPROVAL", "APPROVED", "DRAFT"],
    )
    async def test_one_that_is_there_already_is_skipped(
        self, senders: SenderIdBackend, sandbox: Sandbox, status: str
    ) -> None:
        policy = NEEDS_FORM if status == "PENDING_ATTACHMENTS" else PLAIN
        [id] = sandbox.senderid.seed(1, policy_id=policy, status=status, settle_seconds=(900, 900))
        action = await senders.create(draft("HARBOR00001", policy_id=policy))
        assert action.outcome is not None
        assert (action.outcome.verdict, action.target) == (Verdict.SKIPPED, id)
        assert "exists already" in action.outcome.reason
        assert sandbox.ledger.entries == ()

    async def test_one_that_was_refused_or_is_another_stands_in_nobodys_way(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        sandbox.senderid.seed(1, policy_id=PLAIN, status="REJECTED")
        sandbox.senderid.seed(1, policy_id=NEEDS_FORM, status="APPROVED")
        for sender in ("HARBOR00001", "HARBOR00002"):
            assert not (await senders.create(draft(sender))).done
        assert sum(sandbox.ledger.counts("createRegistration").values()) == 2

    async def test_the_same_senders_in_another_order(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        first = await senders.create(draft("HARBOR-A", "HARBOR-B", policy_id=MULTI))
        second = await senders.create(draft("HARBOR-B", "HARBOR-A", policy_id=MULTI))
        assert (second.target, second.done) == (first.target, True)
        third = await senders.create(draft("HARBOR-A", "HARBOR-C", policy_id=MULTI))
        assert not third.done

    async def test_a_missing_file_is_for_a_person(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        outcome = await (await senders.create(draft(policy_id=NEEDS_FORM))).wait()
        assert (outcome.verdict, outcome.campaign is not None) == (Verdict.ACTION_REQUIRED, True)
        assert "PENDING_ATTACHMENTS" in outcome.reason

    async def test_a_price_by_hand_is_waited_for(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        sandbox.senderid.register.settle_seconds = (60, 60)
        action = await senders.create(draft(policy_id=MANUAL))
        words = [reading.status async for reading in action.changes()]
        assert words[0] == "PENDING_APPROVAL"
        assert words[-1] == "APPROVED"

    async def test_a_refusal_brings_the_reasons(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        sandbox.senderid.register.reject_share = 1
        outcome = await (await senders.create(draft())).wait()
        assert outcome.verdict is Verdict.FAILED
        assert [reason.code for reason in outcome.feedback] == ["REJECTED"]

    async def test_what_the_policy_refuses(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            await senders.create(draft("AB"))
        assert caught.value.violations
        with pytest.raises(NotFoundError, match="Policy not found"):
            await senders.create(draft(policy_id="none"))
        assert sandbox.ledger.entries == ()

    async def test_a_long_number_is_sent_without_a_look(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        number = RegistrationDraft(policy_id=LONG_NUMBER, request_details=details())
        await senders.create(number)
        assert calls(sandbox) == ["createRegistration"]
        assert b"senderIdDetails" not in last(sandbox, "createRegistration").request_body
        assert senders.mark(number) == {}

    @pytest.mark.fault(100)
    @pytest.mark.parametrize(
        ("fault", "options", "applied"),
        [
            ("drop_before", {}, False),
            ("drop_after", {}, True),
            ("status_503_applied", {}, True),
            ("not_json_200", {}, True),
            ("late_apply", {"delay_seconds": 30.0}, True),
        ],
    )
    async def test_a_lost_answer(
        self, senders: SenderIdBackend, sandbox: Sandbox, fault: str, options: dict[str, Any], applied: bool
    ) -> None:
        sandbox.senderid.seed(1, policy_id=PLAIN, status="REJECTED")  # like it, and not it
        sandbox.faults.add(fault, "createRegistration", **options)
        with pytest.raises(OutcomeUnknownError, match="do not send it again") as caught:
            await senders.create(draft("HARBOR00001"))
        assert caught.value.token is not None
        outcome = await senders.action(caught.value.token).wait()
        assert outcome.verdict is (Verdict.SUCCEEDED if applied else Verdict.UNKNOWN)
        assert calls(sandbox).count("createRegistration") == 1
        assert sandbox.ledger.counts("createRegistration") == ({outcome.target: 1} if applied else {})

    @pytest.mark.fault(100)
    async def test_a_lost_answer_that_nothing_can_find(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add("drop_after", "createRegistration")
        with pytest.raises(OutcomeUnknownError) as caught:
            await senders.create(RegistrationDraft(policy_id=LONG_NUMBER, request_details=details()))
        assert caught.value.token is None

    async def test_from_plain_values(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        plain = senders.check("create", None, draft(tags=("#a",)))
        assert json.loads(json.dumps(plain)) == plain
        again = senders.params("create", plain)
        assert again == draft(tags=("#a",))
        action = await senders.perform("create", None, plain)
        assert sandbox.ledger.counts() == {action.target: 1}

    @pytest.mark.fault(79)
    async def test_refused_before_any_io(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        wrong: list[dict[str, Any]] = [
            {"callback_url": "http://hooks.harborlane.example"},
            {"callback_url": "https://127.0.0.1/x"},
            {"callback_url": "https://printer.local"},
            {"tags": ("retail",)},
            {"request_details": ()},
            {"policy_id": ""},
            *(
                {"request_details": (RequestDetails(additional_details=({"a": value},)),)}
                for value in (float("nan"), b"x", "\ud800", 10**30)
            ),
        ]
        for changes in wrong:
            with pytest.raises(InvalidInputError):
                await senders.create(draft(**changes))
            with pytest.raises(InvalidInputError):
                senders.check("create", None, draft(**changes))
        assert sandbox.exchanges == []


class TestUpdate:
    async def test_all_of_it_is_sent_with_the_change(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.senderid.seed(1, policy_id=PLAIN, settle_seconds=(600, 600), seed=3)
        before = dict(sandbox.senderid.registrations[id])
        action = await senders.update(id, tags=["#new"])
        assert calls(sandbox) == ["getRegistration", "updateRegistration"]
        assert action.outcome is not None
        assert (action.outcome.verdict, action.outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        after = await senders.get(id)
        assert after.tags == ("#new",)
        assert after.notification_contacts == tuple(before.get("notificationContacts", ()))
        assert senders.converter.unstructure(after.request_details[0]) == before["requestDetails"][0]
        url = before["callbackUrl"]
        assert after.callback_url == (url if "://" in url else f"https://{url}")

    async def test_members_can_be_cleared(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.senderid.seed(1, policy_id=PLAIN)
        await senders.update(id, tags=(), notification_contacts=[], callback_url=None)
        sent = json.loads(last(sandbox, "updateRegistration").request_body)
        assert (sent["tags"], sent["notificationContacts"]) == ([], [])
        assert "callbackUrl" not in sent
        assert (await senders.get(id)).tags == ()

    @pytest.mark.fault(97)
    async def test_what_is_there_already_is_not_sent(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        action = await senders.update(id, tags=reversed_tags(sandbox, id))
        assert action.outcome is not None
        assert (action.outcome.verdict, action.outcome.reason) == (Verdict.SKIPPED, "already as wanted")
        assert sandbox.ledger.entries == ()

    @pytest.mark.fault(95)
    async def test_what_changed_meanwhile_is_not_overwritten(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        sandbox.senderid.change(id, tags=["#theirs"])  # so short ago that the write has to wait two seconds
        sandbox.clock.call_at(
            sandbox.clock.timestamp() + 1, lambda _: sandbox.senderid.change(id, tags=["#other"])
        )
        with pytest.raises(HeldBackError, match="changed meanwhile"):
            await senders.update(id, callback_url="https://hooks.harborlane.example/new")
        assert sandbox.ledger.entries == ()
        assert (await senders.get(id)).tags == ("#other",)

    async def test_the_vendor_decides_about_states(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.senderid.seed(1, status="APPROVED")
        with pytest.raises(InvalidRequestError, match="Cannot be changed in APPROVED"):
            await senders.update(id, tags=["#new"])

    async def test_a_partial_update_has_to_say_so(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.senderid.seed(1)
        with pytest.raises(
            InvalidInputError, match="needs callback_url, notification_contacts, request_details"
        ):
            await senders.perform("update", id, {"tags": ["#new"]})
        members = {"callback_url": None, "notification_contacts": None, "request_details": None}
        with pytest.raises(InvalidInputError, match="says nothing"):
            await senders.perform("update", id, {**members, "tags": None})
        assert sandbox.exchanges == []
        partial = {**members, "tags": ["#new"]}
        findings = senders.lint("update", partial)
        assert {(item.field, item.severity) for item in findings} == {
            (name, Severity.ADVICE) for name in members
        }
        await senders.perform("update", id, partial)
        assert json.loads(last(sandbox, "updateRegistration").request_body) == {"tags": ["#new"]}

    @pytest.mark.fault(79)
    @pytest.mark.parametrize(
        "changes", [{"tags": "#new"}, {"tags": [5]}, {"callback_url": "https://10.0.0.1/"}]
    )
    async def test_wrong_changes_are_not_sent(
        self, senders: SenderIdBackend, sandbox: Sandbox, changes: dict[str, Any]
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        with pytest.raises(InvalidInputError):
            await senders.update(id, **changes)
        assert calls(sandbox) == ["getRegistration"]

    @pytest.mark.parametrize(
        ("fault", "options", "verdict"),
        [
            ("drop_before", {}, Verdict.UNKNOWN),
            ("drop_after", {}, Verdict.SUCCEEDED),
            ("status_500", {"applied": True}, Verdict.SUCCEEDED),
            ("truncated_body", {}, Verdict.SUCCEEDED),
        ],
    )
    async def test_faults_a_lost_answer(
        self,
        senders: SenderIdBackend,
        sandbox: Sandbox,
        fault: str,
        options: dict[str, Any],
        verdict: Verdict,
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        sandbox.faults.add(fault, "updateRegistration", **options)
        with pytest.raises(OutcomeUnknownError) as caught:
            await senders.update(id, tags=["#new"])
        assert caught.value.token is not None
        outcome = await senders.action(caught.value.token).wait()
        assert outcome.verdict is verdict
        assert outcome.evidence is (Evidence.OBSERVED if verdict is Verdict.SUCCEEDED else Evidence.INFERRED)
        assert calls(sandbox).count("updateRegistration") == 1

    @pytest.mark.fault(24)
    @pytest.mark.parametrize(
        "answer",
        [b"", b"{}", b"[]", b'{"id": 5}', registration(id="01hh51s80tpvjy7pe0mt6nd7au", tags=["#new"])],
    )
    async def test_an_answer_that_is_not_about_it(self, clock: SharedClock, answer: bytes) -> None:
        async with WireServer(reply(200, registration()), reply(200, answer)) as server:
            async with basic(server, clock) as senders:
                with pytest.raises(OutcomeUnknownError) as caught:
                    await senders.update(NOBODY, tags=["#new"])
                assert caught.value.token is not None
                assert [request.method for request in server.requests] == ["GET", "PUT"]

    async def test_an_answer_that_shows_something_else_settles_nothing(self, clock: SharedClock) -> None:
        later = registration(tags=["#new"], updateTime="2026-04-10T09:00:00")
        steps = (
            reply(200, registration(updateTime="2026-03-01T00:00:00")),
            reply(200, registration()),
            reply(200, later, Date="Fri, 10 Apr 2026 09:00:01 GMT"),
        )
        async with WireServer(*steps) as server, basic(server, clock) as senders:
            action = await senders.update(NOBODY, tags=["#new"])
            assert not action.done
            assert (await action.wait()).verdict is Verdict.SUCCEEDED
            assert server.count("PUT") == 1


def reversed_tags(sandbox: Sandbox, id: str) -> list[str]:
    tags: list[str] = sandbox.senderid.registrations[id]["tags"]
    return tags[::-1]


class TestDelete:
    @pytest.mark.parametrize("status", ["DRAFT", "IN_QUEUE", "PENDING"])
    async def test_where_it_is_legal(self, senders: SenderIdBackend, sandbox: Sandbox, status: str) -> None:
        [id] = sandbox.senderid.seed(1, status=status, settle_seconds=(900, 900))
        action = await senders.delete(id)
        assert calls(sandbox) == ["getRegistration", "deleteRegistration"]
        assert action.outcome is not None
        assert (action.outcome.verdict, action.outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert sandbox.ledger.counts() == {id: 1}
        with pytest.raises(NotFoundError):
            await senders.get(id)

    @pytest.mark.parametrize(
        "status",
        ["IN_PROGRESS", "ON_HOLD", "APPROVED", "REJECTED", "PENDING_APPROVAL", "PENDING_ATTACHMENTS"],
    )
    async def test_where_it_is_not(self, senders: SenderIdBackend, sandbox: Sandbox, status: str) -> None:
        [id] = sandbox.senderid.seed(1, status=status, settle_seconds=(900, 900))
        action = await senders.delete(id)
        assert action.outcome is not None
        assert action.outcome.verdict is Verdict.SKIPPED
        assert status in action.outcome.reason
        assert calls(sandbox) == ["getRegistration"]

    async def test_the_vendors_refusal_when_it_moved_in_between(self, clock: SharedClock) -> None:
        message = "Registration is not in DRAFT, IN QUEUE or PENDING status."
        error = {"error": {"code": 400, "message": message, "status": "FAILED_PRECONDITION"}}
        steps = reply(200, registration()), reply(400, json.dumps(error).encode())
        async with WireServer(*steps) as server, basic(server, clock) as senders:
            with pytest.raises(InvalidRequestError, match="FAILED_PRECONDITION: Registration is not in"):
                await senders.delete(NOBODY)

    @pytest.mark.parametrize(
        ("fault", "verdict"), [("drop_before", Verdict.UNKNOWN), ("drop_after", Verdict.SUCCEEDED)]
    )
    async def test_faults_a_lost_answer(
        self, senders: SenderIdBackend, sandbox: Sandbox, fault: str, verdict: Verdict
    ) -> None:
        [id] = sandbox.senderid.seed(1)
        sandbox.faults.add(fault, "deleteRegistration")
        with pytest.raises(OutcomeUnknownError) as caught:
            await senders.delete(id)
        assert caught.value.token is not None
        outcome = await senders.action(caught.value.token).wait()
        assert outcome.verdict is verdict
        assert calls(sandbox).count("deleteRegistration") == 1


async def test_faults_a_throttled_write_and_an_expired_token(
    senders: SenderIdBackend, sandbox: Sandbox
) -> None:
    [id] = sandbox.senderid.seed(1)
    sandbox.faults.add("status_429", "updateRegistration", retry_after=3)
    sandbox.faults.add("expired_token", "updateRegistration")
    action: Action = await senders.update(id, tags=["#new"])
    assert action.done
    assert sandbox.ledger.counts() == {id: 1}
    assert calls(sandbox).count("updateRegistration") == 3


def test_what_it_can_be_asked(senders: SenderIdBackend) -> None:
    assert senders.verbs == {Verb.GET, Verb.LIST, Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.FEEDBACK}
