"""Every call of the campaign API, over real sockets, against the sandbox."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg import connect
from campaign_reg.enums import CampaignState, Evidence, Verb, Verdict
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConnectError,
    DecodeError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PaginationError,
    PermissionDeniedError,
    PollTimeoutError,
    RateLimitError,
    ServerError,
    TransportError,
    UnsupportedVerbError,
)
from campaign_reg.models.terms import Direction
from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft, FileCategory, Mno
from tests.support.vendors.contracts import check
from tests.support.vendors.sinch_backend import basic, last
from tests.support.vendors.sinch_client import CREATE_BODY
from tests.support.wire_server import WireServer, reply

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio

NONE_YET = reply(200, b'{"campaignRegistrations":[]}')
NOBODY = "01k4cxccbt519xa3ejty1r5jb4"


def calls(sandbox: Sandbox) -> list[str]:
    """Operations asked for so far, without tokens."""
    return [str(exchange.operation) for exchange in sandbox.exchanges if exchange.operation != "createToken"]


def draft(sinch: SinchBackend, **changes: Any) -> CampaignDraft:
    made: CampaignDraft = sinch.converter.structure({**CREATE_BODY, **changes}, CampaignDraft)
    return made


class TestGet:
    async def test_a_campaign_as_the_vendor_holds_it(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        campaign = await sinch.get(id)
        raw = sandbox.sinch.campaigns[id]
        assert (campaign.id, campaign.provider, campaign.name) == (id, "sinch", raw["campaignName"])
        assert (campaign.state, campaign.vendor_status) == (CampaignState.ACTIVE, "ACTIVE")
        assert campaign.version == raw["modifiedDate"]
        assert campaign.monthly_fee == Decimal("1.5")
        assert campaign.mno_metadata["10017"].tpm == int(raw["mnoMetadata"]["10017"]["tpm"])
        assert sinch.converter.unstructure(campaign) == raw

    async def test_by_tcr_id(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        tcr_id = sandbox.sinch.campaigns[id]["campaignId"]
        assert (await sinch.get_by_tcr_id(tcr_id)).id == id
        with pytest.raises(NotFoundError):
            await sinch.get_by_tcr_id("CNONE99")

    async def test_nobody(self, sinch: SinchBackend) -> None:
        with pytest.raises(
            NotFoundError, match=r"sinch.campaigns.get answered 404 NOT_FOUND: Campaign not found"
        ):
            await sinch.get(NOBODY)

    async def test_values_from_tomorrow(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("unseen_enum", "getCampaign", member="status")
        campaign = await sinch.get(id)
        assert (campaign.state, campaign.vendor_status) == (CampaignState.UNKNOWN, "PENDING_CARRIER_AUDIT")

    async def test_one_reading_with_the_vendors_clock(
        self, sinch: SinchBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        [id] = sandbox.sinch.seed(1, last_action="RESUBMIT_SUCCESSFUL")
        clock.advance(0.7)
        reading = await sinch.read(id)
        assert (reading.status, reading.action_status) == ("ACTIVE", "RESUBMIT_SUCCESSFUL")
        assert reading.vendor_time == clock.now().replace(microsecond=0)
        assert reading.taken_at == clock.now()
        assert set(reading.terms) >= {"AT&T", "T-Mobile"}
        assert sinch.reading_of(await sinch.get(id)).version == reading.version


class TestIds:
    @pytest.mark.parametrize(
        "id", ["a/b", "a?b", "a#b", "%2e", "%2e%2e", "%2F", "a b", "ä", "日本", "a+b&c=d", ":x", "…"]
    )
    async def test_one_path_segment_whatever_is_in_it(
        self, sinch: SinchBackend, sandbox: Sandbox, id: str
    ) -> None:
        for call in (sinch.get, sinch.feedback, sinch.resubmit, sinch.delete):
            with pytest.raises((NotFoundError, InvalidRequestError)):
                await call(id)
        # The resubmit's reading came over a connection that was used before: its 404 was asked for once more.
        assert calls(sandbox) == ["getCampaign", "getCampaignFeedback", *["getCampaign"] * 3]
        path = sandbox.exchanges[-1].target
        assert path.count("/") == 5
        assert path.isascii()
        assert "?" not in path

    @pytest.mark.parametrize("id", ["", " ", ".", "..", "a\r\nb", "a\nb", "\x00", "a\x7f", "\x85", "\ud800"])
    async def test_refused_before_any_io(self, sinch: SinchBackend, sandbox: Sandbox, id: str) -> None:
        for call in (
            sinch.get,
            sinch.feedback,
            sinch.resubmit,
            sinch.delete,
            sinch.get_by_tcr_id,
            sinch.qualify,
        ):
            with pytest.raises(InvalidInputError):
                await call(id)
        with pytest.raises(InvalidInputError):
            await sinch.upload_file(id, "a.txt", b"x", FileCategory.TERMS)
        with pytest.raises(InvalidInputError):
            sinch.check("resubmit", id)
        assert sandbox.exchanges == []

    async def test_a_writing_verb_needs_one_and_a_create_takes_none(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        with pytest.raises(InvalidInputError, match="resubmit needs the campaign's id"):
            await sinch.perform("resubmit")
        with pytest.raises(InvalidInputError, match="a create takes no id"):
            await sinch.perform("create", NOBODY, draft(sinch))
        assert sandbox.exchanges == []


class TestList:
    async def test_all_pages(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        ids = sandbox.sinch.seed(7)
        assert [campaign.id async for campaign in sinch.list(page_size=3)] == ids
        pages = [page async for page in sinch.list(page_size=3).pages()]
        assert [len(page.items) for page in pages] == [3, 3, 1]
        assert [page.total for page in pages] == [7, 7, 7]
        assert pages[-1].next_cursor is None
        rest = [c.id async for c in sinch.list(page_size=3).items(cursor=pages[0].next_cursor)]
        assert rest == ids[3:]

    async def test_every_filter_reaches_the_vendor(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        ids = sandbox.sinch.seed(40)
        raw = sandbox.sinch.campaigns[ids[0]]
        wanted = {
            "mock": raw["mock"],
            "use_case": raw["useCase"],
            "brand": raw["brandId"],
            "status": ["ACTIVE", "EXPIRED"],
        }
        found = {c.id async for c in sinch.list(**wanted, order_by="createDate desc", page_size=50)}
        records = sandbox.sinch.campaigns
        same = ("mock", "useCase", "brandId")
        assert found == {id for id in ids if all(records[id][name] == raw[name] for name in same)}
        target = last(sandbox, "listCampaigns").target
        query = f"status=ACTIVE&status=EXPIRED&mock=false&useCase={raw['useCase']}&brand={raw['brandId']}"
        assert target.partition("?")[2] == f"{query}&pageSize=50&orderBy=createDate%20desc"

    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            ({"status": "ACTIVE"}, 3),
            ({"status": ["EXPIRED"]}, 2),
            ({"status": iter(["EXPIRED", "ACTIVE"])}, 5),
            ({"mock": True}, 0),
            ({"brand": "BNOBODY"}, 0),
            ({"use_case": "POLITICAL"}, 0),
            ({}, 5),
        ],
    )
    async def test_filters(
        self, sinch: SinchBackend, sandbox: Sandbox, filters: dict[str, Any], count: int
    ) -> None:
        sandbox.sinch.seed(3, seed=5)
        sandbox.sinch.seed(2, status="EXPIRED", seed=6)
        pager = sinch.list(page_size=2, **filters)
        for _ in range(2):  # a filter given as an iterator is not used up
            assert len([campaign async for campaign in pager]) == count

    async def test_order(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sandbox.sinch.seed(6)
        names = [campaign.name async for campaign in sinch.list(order_by="campaignName desc")]
        assert names == sorted(names, reverse=True)

    @pytest.mark.parametrize("filters", [{"page_size": 0}, {"page_size": -1}, {"status": []}, {"status": ()}])
    async def test_filters_that_mean_something_else_are_refused(
        self, sinch: SinchBackend, filters: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInputError):
            sinch.list(**filters)

    async def test_no_io_before_it_is_iterated(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sinch.list(status="ACTIVE").pages()
        await asyncio.sleep(0.01)
        assert sandbox.exchanges == []

    async def test_an_empty_page_is_followed(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        ids = sandbox.sinch.seed(5)
        sandbox.faults.add("empty_page", "listCampaigns", times=3, after=1)
        assert [campaign.id async for campaign in sinch.list(page_size=2)] == ids

    async def test_a_repeating_token_is_an_error(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sandbox.sinch.seed(9)
        sandbox.faults.add("repeat_page_token", "listCampaigns", after=1)
        pages = sinch.list(page_size=2).pages()
        assert [len((await anext(pages)).items) for _ in range(2)] == [2, 2]
        with pytest.raises(PaginationError):
            await anext(pages)

    async def test_a_token_travels_byte_for_byte(self, clock: SharedClock) -> None:
        token = "a+b/c==&x#y z%2Fä"
        first = json.dumps({"campaignRegistrations": [], "nextPageToken": token}).encode()
        async with WireServer(reply(200, first), reply(200, b"{}")) as server, basic(server, clock) as sinch:
            assert [campaign async for campaign in sinch.list()] == []
            assert server.requests[1].target.endswith("?pageToken=a%2Bb%2Fc%3D%3D%26x%23y%20z%252F%C3%A4")

    @pytest.mark.parametrize("end", [b'"nextPageToken":""', b'"nextPageToken":null', b'"totalSize":0'])
    async def test_the_end_however_it_is_said(self, clock: SharedClock, end: bytes) -> None:
        async with WireServer(reply(200, b"{%b}" % end)) as server, basic(server, clock) as sinch:
            assert [campaign async for campaign in sinch.list()] == []
            assert len(server.requests) == 1


class TestResubmit:
    async def test_one_get_right_before_the_one_put(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1, reject_share=0, downgrade_share=0)
        action = await sinch.resubmit(id, mnos=["TMO", Mno.VZW])
        assert calls(sandbox) == ["getCampaign", "resubmitCampaign"]
        put = sandbox.exchanges[-1]
        assert (put.method, put.request_body) == ("PUT", b'{"mnos":["TMO","VZW"]}')
        assert sandbox.ledger.counts("resubmitCampaign") == {id: 1}
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert outcome.campaign is not None
        assert outcome.campaign.id == id
        assert calls(sandbox).count("resubmitCampaign") == 1

    @pytest.mark.parametrize(
        ("mnos", "body"),
        [
            (None, b"{}"),
            ("TMO", b'{"mnos":["TMO"]}'),
            ("ATT, tmo", b'{"mnos":["ATT","TMO"]}'),
            (["att", "ATT"], b'{"mnos":["ATT"]}'),
            (iter(["USC"]), b'{"mnos":["USC"]}'),
        ],
    )
    async def test_operators(self, sinch: SinchBackend, sandbox: Sandbox, mnos: Any, body: bytes) -> None:
        [id] = sandbox.sinch.seed(1)
        await sinch.resubmit(id, mnos=mnos)
        assert last(sandbox, "resubmitCampaign").request_body == body

    @pytest.mark.parametrize("mnos", [[], (), "", " ", [""], iter([]), ["XYZ"], ["TMO", 5], 5])
    async def test_no_or_unknown_operators_are_refused_before_any_io(
        self, sinch: SinchBackend, sandbox: Sandbox, mnos: Any
    ) -> None:
        with pytest.raises((InvalidInputError, TypeError)):
            await sinch.resubmit(NOBODY, mnos=mnos)
        if not hasattr(mnos, "__next__"):
            with pytest.raises(InvalidInputError):
                sinch.check("resubmit", NOBODY, {"mnos": mnos})
        assert sandbox.exchanges == []

    async def test_a_refusal_says_that_leaving_it_out_means_all(self, sinch: SinchBackend) -> None:
        with pytest.raises(InvalidInputError, match="would mean ALL operators: leave it out"):
            await sinch.resubmit(NOBODY, mnos=[])

    @pytest.mark.parametrize(
        "last_action", ["RESUBMIT_IN_PROGRESS", "CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"]
    )
    async def test_what_is_under_way_is_skipped(
        self, sinch: SinchBackend, sandbox: Sandbox, last_action: str
    ) -> None:
        [id] = sandbox.sinch.seed(1, last_action=last_action)
        action = await sinch.resubmit(id)
        assert action.done
        outcome = await action.wait()
        assert (outcome.verdict, outcome.target) == (Verdict.SKIPPED, id)
        assert last_action in outcome.reason
        assert calls(sandbox) == ["getCampaign"]

    async def test_what_has_expired_is_skipped(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1, status="EXPIRED")
        for action in (await sinch.resubmit(id), await sinch.delete(id)):
            assert (await action.wait()).verdict is Verdict.SKIPPED
        assert sandbox.ledger.entries == ()

    async def test_two_seconds_of_quiet_before_the_write(
        self, sinch: SinchBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        [id] = sandbox.sinch.seed(1, reject_share=0)
        sandbox.sinch.change(id, campaignName="renamed")
        started = clock.monotonic()
        action = await sinch.resubmit(id)
        assert calls(sandbox) == ["getCampaign", "getCampaign", "resubmitCampaign"]
        assert clock.monotonic() - started == 2
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    @pytest.mark.parametrize("leftover", ["RESUBMIT_SUCCESSFUL", "RESUBMIT_FAILED"])
    async def test_last_years_verdict_is_not_this_ones(
        self, sinch: SinchBackend, sandbox: Sandbox, leftover: str
    ) -> None:
        rejected = leftover == "RESUBMIT_SUCCESSFUL"
        [id] = sandbox.sinch.seed(
            1, last_action=leftover, reject_share=float(rejected), settle_seconds=(400, 400)
        )
        sandbox.faults.add("lagging_reads", "getCampaign", times=4, after=1, lag_seconds=10_000)
        outcome = await (await sinch.resubmit(id)).wait()
        assert outcome.verdict is (Verdict.FAILED if rejected else Verdict.SUCCEEDED)

    async def test_a_failure_brings_the_vendors_reasons(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1, reject_share=1)
        outcome = await (await sinch.resubmit(id)).wait()
        assert outcome.verdict is Verdict.FAILED
        assert outcome.feedback == await sinch.feedback(id)
        assert outcome.feedback
        assert all(reason.code and reason.text for reason in outcome.feedback)

    async def test_worse_terms_are_told(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        ids = sandbox.sinch.seed(12, reject_share=0, downgrade_share=1)
        fields = set()
        for id in ids:
            outcome = await (await sinch.resubmit(id)).wait()
            assert outcome.verdict is Verdict.SUCCEEDED
            fields |= {change.field for change in outcome.downgrades}
            assert {change.direction for change in outcome.changes if change.field == "msg_class"} <= {
                Direction.CHANGED
            }
        assert fields >= {"tpm", "brand_daily_cap", "brand_tier"}

    async def test_changes_as_they_are_seen(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=(60, 60))
        action = await sinch.resubmit(id)
        words = [reading.action_status async for reading in action.changes()]
        assert words == ["RESUBMIT_IN_PROGRESS", "RESUBMIT_SUCCESSFUL"]

    async def test_a_read_that_is_throttled_does_not_hold_the_write_back(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("status_429", "getCampaign", retry_after=3)
        await sinch.resubmit(id)
        assert calls(sandbox) == ["getCampaign", "getCampaign", "resubmitCampaign"]

    async def test_a_throttled_write_is_sent_again(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("status_429", "resubmitCampaign", retry_after=3)
        await sinch.resubmit(id)
        assert calls(sandbox) == ["getCampaign", "resubmitCampaign", "resubmitCampaign"]
        assert sandbox.ledger.counts() == {id: 1}

    async def test_an_expired_token_is_renewed_and_the_write_sent_again(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("expired_token", "resubmitCampaign")
        await sinch.resubmit(id)
        assert sandbox.ledger.counts() == {id: 1}
        assert sandbox.stats.requests["createToken"] == 2


class TestLostWrites:
    """After "maybe" there is one PUT on the wire, and a token that says how it went."""

    @pytest.mark.parametrize(
        ("fault", "options", "applied"),
        [
            ("drop_before", {}, False),
            ("drop_after", {}, True),
            ("status_503_unapplied", {}, False),
            ("status_503_applied", {}, True),
            ("status_500", {"applied": True}, True),
            ("html_502", {"applied": True}, True),
            ("not_json_200", {}, True),
            ("truncated_body", {}, True),
            ("redirect", {}, False),
            ("late_apply", {"delay_seconds": 30.0}, True),
        ],
    )
    async def test_unknown_then_decided_by_reading(
        self, sinch: SinchBackend, sandbox: Sandbox, fault: str, options: dict[str, Any], applied: bool
    ) -> None:
        [id] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=(60, 60))
        sandbox.faults.add(fault, "resubmitCampaign", **options)
        with pytest.raises(OutcomeUnknownError, match="do not send it again") as caught:
            await sinch.resubmit(id)
        assert caught.value.token is not None
        outcome = await sinch.action(caught.value.token).wait()
        expected = (Verdict.SUCCEEDED, Evidence.OBSERVED) if applied else (Verdict.UNKNOWN, Evidence.INFERRED)
        assert (outcome.verdict, outcome.evidence) == expected
        assert calls(sandbox).count("resubmitCampaign") == 1
        assert sandbox.ledger.counts() == ({id: 1} if applied else {})

    async def test_the_status_of_the_answer_is_told(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("status_503_unapplied", "deleteCampaign")
        with pytest.raises(OutcomeUnknownError) as caught:
            await sinch.delete(id)
        assert caught.value.status == 503

    async def test_a_write_that_was_taken_and_never_done(
        self, sinch: SinchBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        [id] = sandbox.sinch.seed(1, last_action="RESUBMIT_SUCCESSFUL")
        sandbox.faults.add("acknowledge_unapplied", "resubmitCampaign")
        outcome = await (await sinch.resubmit(id)).wait()
        assert outcome.verdict is Verdict.UNKNOWN
        assert "no sign of it" in outcome.reason

    async def test_a_5xx_that_speaks_of_a_brand_proves_nothing_about_a_write(
        self, clock: SharedClock
    ) -> None:
        """Only `qualify` says "Brand not found" with 500; a create that says so may have been applied."""
        body = b'{"error":{"code":500,"message":"Brand not found","status":"INTERNAL"}}'
        async with WireServer(NONE_YET, reply(500, body)) as server, basic(server, clock) as sinch:
            with pytest.raises(OutcomeUnknownError) as caught:
                await sinch.create(draft(sinch))
            assert caught.value.token is not None
            assert [request.method for request in server.requests] == ["GET", "POST"]
            with pytest.raises(ServerError):
                await sinch.get(NOBODY)


class TestOtherWrites:
    async def test_create_and_its_review(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        action = await sinch.create(draft(sinch))
        assert json.loads(last(sandbox, "createCampaign").request_body).items() >= CREATE_BODY.items()
        assert calls(sandbox) == ["listCampaigns", "createCampaign"]
        outcome = await action.wait()
        assert (outcome.verdict, outcome.target) == (Verdict.SUCCEEDED, action.target)
        assert sandbox.sinch.campaigns[action.target]["status"] == "APPROVED"

    async def test_a_rejected_create(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sandbox.sinch.register.reject_share = 1.0
        outcome = await (await sinch.create(draft(sinch))).wait()
        assert outcome.verdict is Verdict.FAILED
        assert outcome.feedback

    async def test_a_refused_create_names_the_fields(self, clock: SharedClock) -> None:
        violation = {"field": "description", "description": "size must be between 40 and 4096"}
        details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
        error = {"code": 400, "message": "Invalid", "status": "INVALID_ARGUMENT", "details": details}
        refusal = reply(400, json.dumps({"error": error}).encode())
        async with WireServer(NONE_YET, refusal) as server, basic(server, clock) as sinch:
            with pytest.raises(InvalidRequestError) as caught:
                await sinch.create(draft(sinch))
        assert caught.value.violations == ("description: size must be between 40 and 4096",)
        assert "description: size" in str(caught.value)

    async def test_a_draft_that_breaks_a_published_limit_is_not_sent(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        with pytest.raises(InvalidInputError, match="description: has 9 characters"):
            await sinch.create(draft(sinch, description="too short"))
        assert calls(sandbox) == []

    async def test_delete_uses_the_singular_path(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        action = await sinch.delete(id)
        assert last(sandbox, "deleteCampaign").target.endswith(f"/campaignRegistration/{id}")
        outcome = await action.wait()
        assert outcome.verdict is Verdict.SUCCEEDED
        assert outcome.campaign is not None
        assert outcome.campaign.state is CampaignState.ENDED

    @pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.RENEW, Verb.APPROVE])
    async def test_verbs_sinch_lacks(self, sinch: SinchBackend, sandbox: Sandbox, verb: Verb) -> None:
        with pytest.raises(UnsupportedVerbError):
            await sinch.perform(verb, NOBODY)
        assert verb not in sinch.verbs
        assert sandbox.exchanges == []

    async def test_what_it_has(self, sinch: SinchBackend) -> None:
        assert sinch.verbs == {Verb.CREATE, Verb.GET, Verb.LIST, Verb.DELETE, Verb.RESUBMIT, Verb.FEEDBACK}


class TestQualify:
    async def test_terms_and_fees(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        terms = await sinch.qualify("BHL7Q2X", "MIXED")
        assert (terms.setup_fee, terms.max_sub_use_cases) == (Decimal(15), Decimal(5))
        assert terms.mno_metadata["10035"].brand_daily_cap is None
        assert last(sandbox, "qualifyBrand").target.endswith(":qualify?brandId=BHL7Q2X&useCase=MIXED")
        await sinch.qualify("BHL7Q2X")
        assert last(sandbox, "qualifyBrand").target.endswith(":qualify?brandId=BHL7Q2X")

    async def test_an_unknown_brand_is_not_found_and_not_asked_again(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        with pytest.raises(NotFoundError, match="Brand not found"):
            await sinch.qualify("BNOBODY", "MIXED")
        assert calls(sandbox) == ["qualifyBrand"]

    async def test_any_other_500_is_the_servers(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sandbox.faults.add("status_500", "qualifyBrand", times=None)
        with pytest.raises(ServerError):
            await sinch.qualify("BHL7Q2X", "MIXED")
        assert len(calls(sandbox)) == 4


class TestUpload:
    async def test_a_file_and_the_last_one_submits(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        held = await sinch.create(draft(sinch, attachments=True))
        await sinch.upload_file(held.target, "terms.pdf", b"terms", FileCategory.TERMS)
        await sinch.upload_file(held.target, "opt in.txt", b"\x00\xff", FileCategory.OPT_IN, submit=True)
        body = json.loads(last(sandbox, "uploadCampaignFile").request_body)
        assert base64.b64decode(body["file"].pop("fileContent")) == b"\x00\xff"
        assert body["file"] == {"fileName": "opt in.txt", "fileCategory": 4}
        assert (body["campaignInternalId"], body["submitCampaign"]) == (held.target, True)
        assert (await held.wait()).verdict is Verdict.SUCCEEDED

    async def test_failure_told_with_200(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        with pytest.raises(ApiError, match=r"answered 200 failed: File extension not supported") as caught:
            await sinch.upload_file(id, "virus.exe", b"x", FileCategory.TERMS)
        assert type(caught.value) is ApiError
        assert sandbox.ledger.entries == ()

    async def test_an_answer_without_a_word_proves_nothing(self, clock: SharedClock) -> None:
        async with WireServer(reply(200, b"{}")) as server, basic(server, clock) as sinch:
            with pytest.raises(OutcomeUnknownError):
                await sinch.upload_file(NOBODY, "a.txt", b"x", FileCategory.TERMS)

    async def test_a_lost_upload_is_unknown_and_not_repeated(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("drop_after", "uploadCampaignFile")
        with pytest.raises(OutcomeUnknownError):
            await sinch.upload_file(id, "a.txt", b"x", FileCategory.TERMS)
        assert calls(sandbox) == ["uploadCampaignFile"]

    @pytest.mark.fault(73)
    async def test_files_are_there_and_the_campaign_is_not_submitted(
        self, sinch: SinchBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        """It is said before; afterwards the campaign can be submitted without another file."""
        held = await sinch.create(waiting := draft(sinch, attachments=True))
        assert "attachments" in {finding.field for finding in sinch.lint("create", waiting)}
        await sinch.upload_file(held.target, "terms.pdf", b"terms", FileCategory.TERMS)
        with pytest.raises(PollTimeoutError, match="last status CREATE_IN_PROGRESS"):
            await held.wait(timeout=3 * 86400)
        await sinch.submit_files(held.target)
        body = json.loads(last(sandbox, "uploadCampaignFile").request_body)
        assert (body["campaignInternalId"], body["submitCampaign"]) == (held.target, True)
        assert "file" not in body
        assert (await held.wait()).verdict is Verdict.SUCCEEDED
        assert calls(sandbox).count("createCampaign") == 1

    @pytest.mark.fault(73)
    async def test_the_answer_to_the_last_file_is_lost(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        held = await sinch.create(draft(sinch, attachments=True))
        sandbox.faults.add("drop_after", "uploadCampaignFile")
        with pytest.raises(OutcomeUnknownError, match="read the campaign first"):
            await sinch.upload_file(held.target, "a.txt", b"x", FileCategory.TERMS, submit=True)
        assert (await held.wait()).verdict is Verdict.SUCCEEDED
        assert calls(sandbox).count("uploadCampaignFile") == 1

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "../x.txt", "/etc/passwd", "a/b.txt", "a\\b.txt", "a\r\nb.txt", "x\x00.txt"]
    )
    async def test_names_with_folders_or_control_characters(
        self, sinch: SinchBackend, sandbox: Sandbox, name: str
    ) -> None:
        with pytest.raises(InvalidInputError):
            await sinch.upload_file(NOBODY, name, b"x", FileCategory.TERMS)
        assert sandbox.exchanges == []

    async def test_categories_that_there_are_not(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        with pytest.raises(InvalidInputError, match="category must be one of 1, 2, 3, 4, 5"):
            await sinch.upload_file(NOBODY, "a.txt", b"x", 6)  # type: ignore[arg-type]
        assert sandbox.exchanges == []

    async def test_too_large(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        with pytest.raises(InvalidInputError, match="10 MB"):
            await sinch.upload_file(NOBODY, "a.txt", bytes(10 * 1024 * 1024 + 1), FileCategory.TERMS)
        assert sandbox.exchanges == []

    async def test_the_older_spelling_of_the_path(self, sandbox: Sandbox, clock: SharedClock) -> None:
        settings: dict[str, Any] = sandbox.settings("sinch")
        [id] = sandbox.sinch.seed(1)
        async with connect(
            "sinch", clock=clock, upload_path_segment="uploadCampaignFiles:submit", **settings
        ) as sinch:
            await sinch.upload_file(id, "a.txt", b"x", FileCategory.TERMS)
        assert calls(sandbox) == ["uploadCampaignFilesOld"]


class TestErrors:
    """Each refusal as its class, each class told from "never arrived" and "unknown"."""

    @pytest.mark.parametrize(
        ("fault", "options", "expected", "requests"),
        [
            ("unauthorized", {}, AuthenticationError, 1),
            ("status_429", {"retry_after": 1}, RateLimitError, 4),
            ("status_500", {}, ServerError, 4),
            ("status_503_unapplied", {}, ServerError, 4),
            ("html_502", {}, ServerError, 4),
            ("drop_before", {}, TransportError, 4),
            ("malformed_json", {}, DecodeError, 1),
            ("empty_body", {}, DecodeError, 1),
            ("not_json_200", {}, DecodeError, 1),
            ("wrong_type", {}, DecodeError, 1),
            ("truncated_body", {}, TransportError, 4),
            ("redirect", {}, ServerError, 1),
        ],
    )
    async def test_of_a_read(
        self,
        sinch: SinchBackend,
        sandbox: Sandbox,
        fault: str,
        options: dict[str, Any],
        expected: type[Exception],
        requests: int,
    ) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add(fault, "getCampaign", times=None, **options)
        with pytest.raises(expected) as caught:
            await sinch.get(id)
        assert type(caught.value) is expected
        assert calls(sandbox) == ["getCampaign"] * requests
        assert sandbox.settings("sinch")["key_secret"] not in str(caught.value) + repr(caught.value)

    async def test_a_passing_error_of_a_read_is_not_seen(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("status_503_unapplied", "getCampaign", times=2)
        assert (await sinch.get(id)).id == id

    async def test_how_long_to_wait_is_told(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sandbox.faults.add("status_429", times=None, retry_after=3600)
        with pytest.raises(RateLimitError) as caught:
            await sinch.get(NOBODY)
        assert caught.value.retry_after_seconds == 3600

    async def test_400_names_the_field(self, sinch: SinchBackend) -> None:
        with pytest.raises(InvalidRequestError, match=r"answered 400 INVALID_ARGUMENT") as caught:
            await sinch.get("no ulid")
        assert caught.value.violations == ("campaign_registration_id: invalid value",)

    async def test_403_for_another_project(self, sandbox: Sandbox, clock: SharedClock) -> None:
        settings: dict[str, Any] = {
            **sandbox.settings("sinch"),
            "project_id": "0fc52975-636a-4700-8943-68759df5c9e1",
        }
        async with connect("sinch", clock=clock, **settings) as sinch:
            with pytest.raises(PermissionDeniedError):
                await sinch.get(NOBODY)

    async def test_wrong_type_names_the_place_and_not_the_value(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        sandbox.sinch.seed(2)
        sandbox.faults.add("wrong_type", "listCampaigns", member="modifiedDate", value=987654321)
        with pytest.raises(DecodeError) as caught:
            [campaign async for campaign in sinch.list()]
        assert str(caught.value) == "campaignRegistrations[0].modifiedDate: expected a string, got an integer"

    async def test_nobody_listens(self, clock: SharedClock) -> None:
        async with WireServer() as server:
            connection = basic(server, clock)
        async with connection as sinch:
            with pytest.raises(ConnectError):
                await sinch.resubmit(NOBODY)

    @pytest.mark.fault(27)
    @pytest.mark.parametrize(
        ("status", "write", "read"),
        [
            (409, OutcomeUnknownError, None),
            (408, OutcomeUnknownError, ServerError),
            (422, InvalidRequestError, InvalidRequestError),
            (418, OutcomeUnknownError, InvalidRequestError),
            (599, OutcomeUnknownError, ServerError),
        ],
    )
    async def test_statuses_the_sandbox_never_gives(
        self, clock: SharedClock, status: int, write: type[Exception], read: type[Exception] | None
    ) -> None:
        async with (
            WireServer(NONE_YET, reply(status, b"<b>odd</b>")) as server,
            basic(server, clock) as sinch,
        ):
            with pytest.raises(write):
                await sinch.create(draft(sinch))
            assert [request.method for request in server.requests] == ["GET", "POST"]
            if read is not None:
                with pytest.raises(read) as caught:
                    await sinch.get(NOBODY)
                assert type(caught.value) is read


async def test_what_we_send_and_get_keeps_to_the_contract(sinch: SinchBackend, sandbox: Sandbox) -> None:
    """Every operation we can send, in every form, held against the contract; and nothing is left out."""
    ids = sandbox.sinch.seed(6, reject_share=0.5)
    full = {
        "sample4": "Harbor Lane: a fourth sample.",
        "subUseCases": ["2FA", "MARKETING"],
        "useCase": "MIXED",
    }
    links = {"terms_and_conditions_link": "https://h.example/t", "privacy_policy_link": "https://h.example/p"}
    created = [
        await sinch.create(draft(sinch)),
        await sinch.create(draft(sinch, **full, **links, attachments=True)),
    ]
    await sinch.upload_file(created[1].target, "optin.txt", b"x", FileCategory.OPT_IN, submit=True)
    mnos: list[list[str] | None] = [None, ["ATT"], ["TMO", "USC", "VZW", "ATT"]]
    actions = [await sinch.resubmit(id, mnos=codes) for id, codes in zip(ids, mnos, strict=False)]
    actions.append(await sinch.delete(ids[4]))
    for action in [*actions, *created]:
        await action.wait()
    tcr_id = (await sinch.get(ids[0])).tcr_id
    assert tcr_id is not None
    await sinch.get_by_tcr_id(tcr_id)
    await sinch.feedback(ids[1])
    await sinch.qualify("BHL7Q2X", "MIXED")
    filters: dict[str, Any] = {
        "status": ["ACTIVE", "APPROVED"],
        "mock": False,
        "use_case": "MIXED",
        "brand": "BHL7Q2X",
    }
    [campaign async for campaign in sinch.list(**filters, order_by="createDate", page_size=2)]
    [campaign async for campaign in sinch.list(page_size=2)]
    for exchange in sandbox.exchanges:
        check(exchange)
        assert exchange.status == 200
    asked = {str(exchange.operation) for exchange in sandbox.exchanges}
    others = {name for name in sandbox.sinch.traits.operations if "Brand" in name or "Tfn" in name}
    assert asked | others == sandbox.sinch.traits.operations - {"uploadCampaignFilesOld"} | {"qualifyBrand"}


async def test_the_check_would_see_a_wrong_request_of_ours(sinch: SinchBackend, sandbox: Sandbox) -> None:
    await sinch.create(draft(sinch))
    exchange = last(sandbox, "createCampaign")
    body = json.loads(exchange.request_body)
    del body["affiliateMarketing"]
    with pytest.raises(Exception, match="Request body validation error"):
        check(dataclasses.replace(exchange, request_body=json.dumps(body).encode()))


async def test_no_secret_in_what_can_be_printed(sinch: SinchBackend, sandbox: Sandbox) -> None:
    secret = sandbox.settings("sinch")["key_secret"]
    [id] = sandbox.sinch.seed(1)
    action = await sinch.resubmit(id)
    token = action.token.split(".")[1]
    plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    shown = [repr(sinch), str(sinch), repr(action), plain, repr(vars(sinch))]
    assert not [text for text in shown if secret in text]
    assert repr(sinch) == f"<SinchBackend sinch account {sandbox.settings('sinch')['project_id']}>"
