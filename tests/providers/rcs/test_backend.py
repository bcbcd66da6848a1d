"""Campaigns over real sockets, against the sandbox; every request is held against the contract (see conftest)."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import attrs
import pytest
from openapi_core.exceptions import OpenAPIError

import campaign_reg
from campaign_reg.enums import CampaignState, Evidence, Verb, Verdict
from campaign_reg.errors import (
    ApiError,
    ConflictError,
    DecodeError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PaginationError,
    RateLimitError,
    TransportError,
    UnsupportedVerbError,
)
from campaign_reg.models.finding import Severity
from campaign_reg.providers.rcs.drafts import CampaignDraft, Card, MessageDraft, Recipient
from campaign_reg.providers.rcs.models import RcsCampaignDetail
from tests.providers.rcs.conftest import calls
from tests.support.vendors.contracts import AsRequest, contract
from tests.support.vendors.rcs_contract import EXAMPLES, NAME
from tests.support.vendors.rcs_drafts import FULL
from tests.support.wire_server import WireServer, reply, reset

if TYPE_CHECKING:
    from campaign_reg.connection import Connection
    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio
NOBODY = "4", "7"  # the platform answers 404 to one and 422 to the other
BAD_IDS = [
    "",
    " ",
    ".",
    "..",
    "0",
    "-1",
    "+1",
    "007",
    "1.5",
    "1/renew",
    "%31",
    "1?x",
    "c1",
    "٣",
    "1" * 19,
    "1\n",
    "\x00",
]


def draft(**members: Any) -> CampaignDraft:
    phones = ["+12025550123", "12025550124"]
    return CampaignDraft(**{"sender": "acme_agent", "phones": phones, "text": "Hello", **members})


def connect(server: WireServer, brand: Literal["bsg", "wwt"] = "bsg") -> Connection[RcsBackend]:
    return campaign_reg.connect("rcs", api_key="live_x", brand=brand, base_url=server.origin)


def last(sandbox: Sandbox, operation: str) -> Exchange:
    return next(exchange for exchange in reversed(sandbox.exchanges) if exchange.operation == operation)


def applied(sandbox: Sandbox, operation: str) -> int:
    return sandbox.ledger.counts(operation, "rcs").total()


class TestReading:
    async def test_a_campaign(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1)
        campaign = await rcs.get(id)
        assert (campaign.id, campaign.provider, campaign.status) == (id, "rcs", "paused")
        assert campaign.state is CampaignState.PAUSED
        assert campaign.version is not None
        assert campaign.version.startswith("paused|")
        assert campaign.created is not None
        assert campaign.created_at is None

    async def test_in_detail(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1)
        campaign = await rcs.detail(id)
        raw = sandbox.rcs.campaigns[id]
        assert campaign.statistics is not None
        assert (campaign.statistics.left, campaign.total_phones) == (raw["out"], raw["total"])
        assert campaign.price is not None

    @pytest.mark.parametrize("id", NOBODY)
    async def test_nobody(self, rcs: RcsBackend, id: str) -> None:
        for call in (rcs.get, rcs.detail, rcs.renew, rcs.stop):
            with pytest.raises(NotFoundError):
                await call(id)

    async def test_ids_are_refused_before_any_io(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        for id in BAD_IDS:
            for call in (rcs.get, rcs.detail, rcs.renew, rcs.stop, rcs.read, rcs.message):
                with pytest.raises(InvalidInputError):
                    await call(id)
            with pytest.raises(InvalidInputError):
                rcs.check("renew", id)
        assert sandbox.exchanges == []

    async def test_readings(self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock) -> None:
        [id] = sandbox.rcs.seed(1)
        out = sandbox.rcs.campaigns[id]["out"]
        plain, for_renew = await rcs.read(id), await rcs.read(id, verb=Verb.RENEW)
        assert (plain.status, plain.version) == ("paused", (await rcs.get(id)).version)
        assert for_renew.version is not None
        assert for_renew.version.startswith(f"paused|{out}|")
        assert isinstance(for_renew.campaign, RcsCampaignDetail)
        assert for_renew.vendor_time == clock.now().replace(microsecond=0)
        assert rcs.reading_of(await rcs.get(id)).version == plain.version
        assert calls(sandbox) == ["getCampaign", "getCampaignDetail", "getCampaign", "getCampaign"]

    async def test_words_from_tomorrow(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1)
        sandbox.faults.add("unseen_enum", "getCampaign", provider="rcs", member="status", value="frozen")
        campaign = await rcs.get(id)
        assert (campaign.state, campaign.vendor_status) == (CampaignState.UNKNOWN, "frozen")

    @pytest.mark.parametrize("wrong", [date(2026, 11, 22), "yesterday", "", 7])
    async def test_what_is_no_time(self, rcs: RcsBackend, sandbox: Sandbox, wrong: Any) -> None:
        with pytest.raises(InvalidInputError, match="created_from must be a date and time such as 2026"):
            rcs.list(created_from=wrong)
        assert sandbox.exchanges == []

    async def test_times_as_text(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        """As a command gives them."""
        [id] = sandbox.rcs.seed(1)
        created = (await rcs.get(id)).created
        assert created is not None
        day, until = str(created.date()), str(created)
        assert [found.id async for found in rcs.list(created_from=day, created_to=until)] == [id]
        assert [found.id async for found in rcs.list(created_to=str(created.date()))] == []

    async def test_a_zone_makes_instants(self, sandbox: Sandbox, clock: SharedClock) -> None:
        settings = {**sandbox.settings("rcs"), "time_zone": "Europe/Kyiv"}
        async with campaign_reg.connect("rcs", clock=clock, **settings) as rcs:
            action = await rcs.create(draft())
            campaign = await rcs.get(action.target)
            assert campaign.created_at == clock.now().replace(microsecond=0)

    async def test_verbs(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        assert rcs.verbs == {"get", "list", "create", "renew"}
        for verb in ("resubmit", "update", "delete", "approve", "stop"):
            with pytest.raises(UnsupportedVerbError):
                await rcs.perform(verb, "1")
        with pytest.raises(UnsupportedVerbError):
            await rcs.feedback("1")
        assert sandbox.exchanges == []


class TestList:
    async def test_only_rcs(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        ids = sandbox.rcs.seed(3)
        sandbox.rcs.seed(3, channel="sms")
        assert [campaign.id async for campaign in rcs.list()] == ids

    async def test_pages_and_cursors(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        ids = sandbox.rcs.seed(70, age_days=(1, 5))
        pages = [page async for page in rcs.list(page_size=30).pages()]
        assert [len(page.items) for page in pages] == [30, 30, 10]
        assert [page.total for page in pages] == [70, 70, 70]
        assert [page.vendor_time is not None for page in pages] == [True] * 3
        rest = [campaign.id async for campaign in rcs.list(page_size=30).items(cursor=pages[0].next_cursor)]
        assert rest == ids[30:]

    async def test_newest_first_and_by_sender(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        ids = sandbox.rcs.seed(3)
        assert [campaign.id async for campaign in rcs.list(newest_first=True)] == ids[::-1]
        assert [campaign.id async for campaign in rcs.list(sender="acme_agent")] == ids
        assert [campaign.id async for campaign in rcs.list(sender="nobody")] == []

    @pytest.mark.parametrize("newest_first", [False, True])
    @pytest.mark.parametrize("brand", ["bsg", "wwt"])
    async def test_a_long_period_is_walked_through(
        self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock, brand: str, newest_first: bool
    ) -> None:
        sandbox.rcs.brand = brand
        seeded = [sandbox.rcs.seed(1, age_days=(age, age))[0] for age in (400, 300, 170, 86, 85, 84, 1, 0.01)]
        start = clock.now().replace(tzinfo=None) - timedelta(days=401)
        found = [c.id async for c in rcs.list(created_from=start, newest_first=newest_first)]
        assert found == (seeded[::-1] if newest_first else seeded)
        end = start + timedelta(days=240)
        found = [c.id async for c in rcs.list(created_from=start, created_to=end, newest_first=newest_first)]
        assert sorted(found) == seeded[:3]

    async def test_a_walk_is_taken_up_again_in_the_middle(
        self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        seeded = [sandbox.rcs.seed(1, age_days=(age, age))[0] for age in (400, 300, 170, 1)]
        start = clock.now().replace(tzinfo=None) - timedelta(days=401)
        pages = [page async for page in rcs.list(created_from=start).pages()]
        assert {page.total for page in pages} == {None}
        for number, page in enumerate(pages[:-1], 1):
            clock.advance(86400)
            rest = [c.id async for c in rcs.list(created_from=start).items(cursor=page.next_cursor)]
            assert rest == seeded[sum(len(page.items) for page in pages[:number]) :]

    async def test_instants_need_the_zone(
        self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        with pytest.raises(InvalidInputError, match="time_zone"):
            rcs.list(created_from=clock.now())
        settings = {**sandbox.settings("rcs"), "time_zone": "Europe/Kyiv"}
        async with campaign_reg.connect("rcs", clock=clock, **settings) as zoned:
            [id] = sandbox.rcs.seed(1, age_days=(1, 1))
            after = clock.now() - timedelta(days=1, minutes=1)
            assert [c.id async for c in zoned.list(created_from=after)] == [id]
            assert [c.id async for c in zoned.list(created_from=after + timedelta(minutes=2))] == []

    async def test_many_at_once_find_out_which_form_there_is(self, sandbox: Sandbox) -> None:
        """Each tries the other form for itself, and what they find out is the same."""
        sandbox.rcs.brand = "wwt"
        ids = sandbox.rcs.seed(2, status="sending")
        settings = {**sandbox.settings("rcs"), "list_path": "/api/campaigns", "stop_method": "PATCH"}
        async with campaign_reg.connect("rcs", **settings) as rcs:

            async def listed() -> list[str]:
                return [campaign.id async for campaign in rcs.list()]

            for found in (*await asyncio.gather(listed(), listed()), await listed()):
                assert found == ids
            assert calls(sandbox).count("None") == 2
            assert [stopped.status for stopped in await asyncio.gather(*map(rcs.stop, ids))] == [
                "stopped"
            ] * 2
            [another] = sandbox.rcs.seed(1, status="sending")
            assert (await rcs.stop(another)).status == "stopped"

    @pytest.mark.parametrize(
        "filters",
        [{"page_size": 29}, {"page_size": 501}, {"created_from": datetime.fromisoformat("0001-01-01")}],
    )
    async def test_what_is_refused_before_any_io(
        self, rcs: RcsBackend, sandbox: Sandbox, filters: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInputError):
            rcs.list(**filters)
        assert sandbox.exchanges == []

    @pytest.mark.parametrize(("configured", "brand"), [("/api/campaigns", "wwt"), ("/api/campaign", "bsg")])
    async def test_the_other_form_is_tried_once_and_remembered(
        self, sandbox: Sandbox, configured: str, brand: str
    ) -> None:
        sandbox.rcs.brand = brand
        if brand == "bsg":
            sandbox.rcs.unanswered = frozenset({"listCampaignsRcsPageForm"})
        sandbox.rcs.seed(1)
        settings = {**sandbox.settings("rcs"), "list_path": configured}
        async with campaign_reg.connect("rcs", **settings) as rcs:
            for _ in range(2):
                assert len([campaign async for campaign in rcs.list(sender="acme_agent")]) == 1
        paths = [exchange.target.partition("?")[0] for exchange in sandbox.exchanges]
        other = "/api/campaign" if configured == "/api/campaigns" else "/api/campaigns"
        assert paths == ["/api/auth/login", configured, other, other]

    async def test_a_form_that_has_worked_is_kept(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        await anext(rcs.list().pages())
        sandbox.rcs.unanswered = frozenset({"listCampaigns"})
        with pytest.raises(NotFoundError):
            await anext(rcs.list().pages())
        assert calls(sandbox) == ["listCampaigns", "None"]

    async def test_neither_form(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        sandbox.rcs.unanswered = frozenset({"listCampaigns", "listCampaignsRcsPageForm"})
        with pytest.raises(NotFoundError):
            await anext(rcs.list().pages())

    @pytest.mark.parametrize(
        ("document", "words"),
        [
            ({"data": EXAMPLES["CampaignPage"]["data"]}, "circles"),
            ({"data": [], "meta": {"page": {"total": 61, "offset": 0, "limit": 50}}}, "sent none"),
            ({"data": [], "meta": {"page": {"total": 61, "offset": 50, "limit": 50}}}, "from 50 on"),
        ],
    )
    async def test_a_platform_that_pages_wrongly(self, document: dict[str, Any], words: str) -> None:
        async with (
            WireServer(reply(body=b'{"bearer":"t"}'), reply(body=json.dumps(document).encode())) as server,
            connect(server) as rcs,
        ):
            with pytest.raises(PaginationError, match=words):
                _ = [campaign async for campaign in rcs.list()]

    @pytest.mark.parametrize(
        "document", [{"data": []}, {"data": [], "meta": []}, {"data": [], "meta": {"page": {}}}]
    )
    async def test_the_end_however_it_is_said(self, document: dict[str, Any]) -> None:
        async with (
            WireServer(reply(body=b'{"bearer":"t"}'), reply(body=json.dumps(document).encode())) as server,
            connect(server) as rcs,
        ):
            assert [campaign async for campaign in rcs.list()] == []


class TestCreate:
    async def test_for_numbers(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        action = await rcs.create(draft())
        assert calls(sandbox) == ["listMessages", "createRcsCampaign"]
        sent = json.loads(last(sandbox, "createRcsCampaign").request_body)
        references = [phone["reference_id"] for phone in sent["phones"]]
        assert [reference[-4:] for reference in references] == ["0000", "0001"]
        assert all(len(reference) == 28 and reference.isalnum() for reference in references)
        assert action.track.mark == {"reference_id": references[0]}
        assert not action.done
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert outcome.campaign is not None
        assert action.target in sandbox.rcs.campaigns

    async def test_for_lists(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        action = await rcs.create(draft(phones=(), groups=(1864280,)))
        assert calls(sandbox) == ["createRcsCampaignByGroups"]
        assert action.track.mark == {}
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    async def test_everything_a_draft_can_say(self, rcs: RcsBackend, clock: SharedClock) -> None:
        start = clock.now().replace(tzinfo=None) + timedelta(days=3)
        outcome = await (await rcs.create(attrs.evolve(FULL, start_at=start))).wait()
        assert outcome.verdict is Verdict.SUCCEEDED
        assert outcome.campaign is not None
        assert outcome.campaign.vendor_status == "scheduled"

    async def test_a_key_makes_the_references(self, rcs: RcsBackend) -> None:
        one, other = (rcs.prepare(Verb.CREATE, None, draft(), key="k" * 24) for _ in range(2))
        assert one.mark == {"reference_id": "k" * 24 + "0000"}
        assert one.request_for(None).digest == other.request_for(None).digest
        assert rcs.mark(draft(), key="k" * 24) == one.mark
        mine = draft(phones=[Recipient(number="12025550123", reference_id="mine")])
        assert rcs.prepare(Verb.CREATE, None, mine, key="k" * 24).mark == {"reference_id": "mine"}
        assert rcs.prepare(Verb.CREATE, None, draft()).mark == {}
        for key in ("a-b", "é" * 3, "k" * 29):
            with pytest.raises(InvalidInputError, match="key"):
                rcs.prepare(Verb.CREATE, None, draft(), key=key)

    async def test_the_same_reference_is_there_already(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        mine = draft(phones=[Recipient(number="12025550123", reference_id="mine")])
        first = await rcs.create(mine)
        again = await rcs.create(mine)
        assert again.outcome is not None
        assert again.outcome.verdict is Verdict.SKIPPED
        assert f"exists already as {first.target}" in again.outcome.reason
        assert applied(sandbox, "createRcsCampaign") == 1

    @pytest.mark.parametrize("fault", ["drop_after", "status_503_applied", "truncated_body", "empty_body"])
    async def test_a_lost_answer_is_found_again(self, rcs: RcsBackend, sandbox: Sandbox, fault: str) -> None:
        sandbox.faults.add(fault, "createRcsCampaign", provider="rcs", times=1)
        with pytest.raises(OutcomeUnknownError) as caught:
            await rcs.create(draft())
        assert caught.value.token is not None
        action = rcs.action(caught.value.token)
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        assert action.target in sandbox.rcs.campaigns
        assert applied(sandbox, "createRcsCampaign") == 1

    async def test_a_lost_request_ends_unknown(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        sandbox.faults.add("drop_before", "createRcsCampaign", provider="rcs", times=1)
        with pytest.raises(OutcomeUnknownError) as caught:
            await rcs.create(draft())
        outcome = await rcs.action(caught.value.token or "").wait()
        assert outcome.verdict is Verdict.UNKNOWN
        assert applied(sandbox, "createRcsCampaign") == 0

    async def test_a_duplicate_proves_nothing_and_pauses_nobody(
        self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        lists = draft(phones=(), groups=(1864280,))
        await rcs.create(lists)
        before = clock.monotonic()
        with pytest.raises(OutcomeUnknownError, match="Too many duplicate request detected") as caught:
            await rcs.create(lists)
        assert caught.value.token is None
        await rcs.balance()
        assert clock.monotonic() == before
        assert calls(sandbox).count("createRcsCampaignByGroups") == 2

    async def test_a_refusal(self, rcs: RcsBackend) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            await rcs.create(draft(sender="nobody"))
        assert caught.value.status == 422
        assert "Sender is not available" in str(caught.value)

    async def test_limits_are_kept_before_any_io(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        with pytest.raises(InvalidInputError, match="text: 161 characters"):
            await rcs.create(draft(text="x" * 161))
        with pytest.raises(InvalidInputError, match="text: 161 characters"):
            rcs.check("create", None, {"sender": "a", "phones": ["12025550123"], "text": "x" * 161})
        with pytest.raises(InvalidInputError, match="takes no id"):
            await rcs.perform("create", "1", draft())
        with pytest.raises(InvalidInputError, match="needs the campaign's id"):
            await rcs.perform("renew")
        assert sandbox.exchanges == []

    async def test_lint(self, rcs: RcsBackend) -> None:
        cards = (Card(text="x"),) * 6
        found = rcs.lint("create", draft(text=None, cards=cards, sender="x" * 41))
        assert {(finding.code, finding.severity) for finding in found} == {
            ("too_long", Severity.ERROR),
            ("many_cards", Severity.ADVICE),
        }
        assert rcs.lint("create", {"sender": "a", "phones": ["12025550123"], "text": "x"}) == ()
        assert rcs.lint("renew") == ()

    async def test_out_of_funds(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        sandbox.rcs.register.pause_share = 1.0
        outcome = await (await rcs.create(draft())).wait()
        assert outcome.verdict is Verdict.ACTION_REQUIRED

    async def test_spam(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        sandbox.rcs.register.moderation_share = sandbox.rcs.register.spam_share = 1.0
        outcome = await (await rcs.create(draft())).wait()
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, "the vendor says spam")


class TestFind:
    async def test_nobody(self, rcs: RcsBackend) -> None:
        found = await rcs.find({"reference_id": "nobody1"})
        assert found.readings == ()
        assert found.vendor_time is not None

    async def test_a_message_sent_alone_is_no_campaign(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        recipient = Recipient(number="12025550123", reference_id="alone")
        await rcs.send_message(MessageDraft(sender="acme_agent", phone=recipient, text="Hello"))
        assert (await rcs.find({"reference_id": "alone"})).readings == ()

    async def test_a_campaign_that_cannot_be_read_yet_is_there(self) -> None:
        page = {"data": [{"id": 1, "status": "scheduled", "reference_id": "r1", "campaign_id": 9}] * 2}
        steps = reply(body=b'{"bearer":"t"}'), reply(body=json.dumps(page).encode()), reply(404, b"{}")
        async with WireServer(*steps) as server:
            async with connect(server, "bsg") as rcs:
                [reading] = (await rcs.find({"reference_id": "r1"})).readings
        assert (reading.target, reading.status, reading.missing) == ("9", "", False)

    async def test_a_filter_that_was_not_heeded(self) -> None:
        """Taking a stranger for ours, or none for none, would both be wrong."""
        body = json.dumps(EXAMPLES["MessagePage"]).encode()
        async with WireServer(reply(body=b'{"bearer":"t"}'), reply(body=body)) as server:
            async with connect(server, "bsg") as rcs:
                with pytest.raises(DecodeError, match="not asked for"):
                    await rcs.create(draft())
        assert server.count("POST") == 1  # the login


class TestRenew:
    async def test_until_it_sends_again(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1, settle_seconds=(60, 60), pause_again_share=0, stop_share=0)
        action = await rcs.renew(id)
        assert calls(sandbox) == ["getCampaignDetail", "renewCampaign"]
        assert last(sandbox, "renewCampaign").request_body == b""
        outcome = await action.wait()
        assert (outcome.verdict, outcome.reason) == (Verdict.SUCCEEDED, "the vendor says sending")
        assert isinstance(outcome.campaign, RcsCampaignDetail)

    @pytest.mark.parametrize(
        "status", ["creation", "moderation", "spam", "scheduled", "sending", "stopped", "done"]
    )
    async def test_only_from_paused(self, rcs: RcsBackend, sandbox: Sandbox, status: str) -> None:
        [id] = sandbox.rcs.seed(1, status=status)
        action = await rcs.renew(id)
        assert action.outcome is not None
        assert action.outcome.verdict is Verdict.SKIPPED
        assert status in action.outcome.reason
        assert calls(sandbox) == ["getCampaignDetail"]

    async def test_it_runs_dry_again(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1, pause_again_share=1, stop_share=0, settle_seconds=(1, 1))
        outcome = await (await rcs.renew(id)).wait()
        assert (outcome.verdict, outcome.reason) == (Verdict.ACTION_REQUIRED, "the vendor says paused")

    async def test_it_is_stopped_meanwhile(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1, pause_again_share=0, stop_share=1, settle_seconds=(1, 1))
        outcome = await (await rcs.renew(id)).wait()
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, "the vendor says stopped")

    async def test_it_still_shows_paused_for_a_while(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        sandbox.rcs.register.renew_delay_seconds = 40
        [id] = sandbox.rcs.seed(1, settle_seconds=(600, 600), pause_again_share=0, stop_share=0)
        outcome = await (await rcs.renew(id)).wait()
        assert (outcome.verdict, outcome.reason) == (Verdict.SUCCEEDED, "the vendor says sending")
        assert calls(sandbox).count("getCampaignDetail") > 3

    @pytest.mark.parametrize("fault", ["drop_after", "status_503_applied", "html_502", "malformed_json"])
    async def test_a_lost_answer_is_never_repeated(
        self, rcs: RcsBackend, sandbox: Sandbox, fault: str
    ) -> None:
        [id] = sandbox.rcs.seed(1, settle_seconds=(600, 600), pause_again_share=0, stop_share=0)
        options: dict[str, Any] = {"applied": True} if fault == "html_502" else {}
        sandbox.faults.add(fault, "renewCampaign", provider="rcs", times=1, **options)
        with pytest.raises(OutcomeUnknownError) as caught:
            await rcs.renew(id)
        outcome = await rcs.action(caught.value.token or "").wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        assert applied(sandbox, "renewCampaign") == 1
        assert calls(sandbox).count("renewCampaign") == 1

    @pytest.mark.parametrize("refused", [422, 400])
    @pytest.mark.parametrize("status", ["sending", "done"])
    async def test_a_refusal_that_is_an_echo(
        self, rcs: RcsBackend, sandbox: Sandbox, status: str, refused: int
    ) -> None:
        """Somebody, or an earlier try, has done it in the meantime; how that is refused is not published."""
        sandbox.rcs.listings.refused_renew_status = refused
        [id] = sandbox.rcs.seed(1)
        paused = await rcs.read(id, verb=Verb.RENEW)
        sandbox.rcs.change(id, status=status)
        action = await rcs.perform("renew", id, preimage=paused)
        assert action.outcome is not None
        assert action.outcome.verdict is Verdict.SUCCEEDED
        assert calls(sandbox) == ["getCampaignDetail", "renewCampaign", "getCampaignDetail"]

    @pytest.mark.parametrize("status", ["stopped", "moderation", "scheduled"])
    async def test_a_refusal_that_is_none(self, rcs: RcsBackend, sandbox: Sandbox, status: str) -> None:
        [id] = sandbox.rcs.seed(1)
        paused = await rcs.read(id, verb=Verb.RENEW)
        sandbox.rcs.change(id, status=status)
        with pytest.raises(ConflictError, match="Invalid campaign status"):
            await rcs.perform("renew", id, preimage=paused)

    async def test_a_refusal_that_cannot_be_checked(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1)
        paused = await rcs.read(id, verb=Verb.RENEW)
        sandbox.rcs.change(id, status="sending")
        sandbox.faults.add("malformed_json", "getCampaignDetail", provider="rcs", times=1)
        with pytest.raises(OutcomeUnknownError, match="could not be read") as caught:
            await rcs.perform("renew", id, preimage=paused)
        assert (caught.value.status, caught.value.message) == (422, "Invalid campaign status")
        assert (await rcs.action(caught.value.token or "").wait()).verdict is Verdict.SUCCEEDED

    async def test_an_answer_about_another_campaign(self) -> None:
        detail, renewed = (
            json.dumps(EXAMPLES[name]).encode() for name in ("CampaignDetailRcsPage", "CampaignPaused")
        )
        paused = detail.replace(b'"sending",', b'"paused",', 1)
        async with WireServer(
            reply(body=b'{"bearer":"t"}'), reply(body=paused), reply(body=renewed)
        ) as server:
            async with connect(server, "wwt") as rcs:
                with pytest.raises(OutcomeUnknownError, match="another campaign") as caught:
                    await rcs.renew("53651994")
                assert caught.value.status == 200

    async def test_429_is_unknown(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        """The platform never says that it limits renewals: nothing may be made of it."""
        [id] = sandbox.rcs.seed(1)
        sandbox.faults.add("status_429", "renewCampaign", provider="rcs", times=1, retry_after=None)
        with pytest.raises(OutcomeUnknownError):
            await rcs.renew(id)
        assert calls(sandbox).count("renewCampaign") == 1

    async def test_reads_are_tried_again(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1)
        sandbox.faults.add("status_500", "getCampaign", provider="rcs", times=2)
        assert (await rcs.get(id)).id == id
        sandbox.faults.add("status_429", "getCampaign", provider="rcs", times=9, retry_after=1)
        with pytest.raises(RateLimitError):
            await rcs.get(id)


class TestStop:
    @pytest.mark.parametrize("status", ["moderation", "scheduled", "sending", "paused"])
    @pytest.mark.parametrize(("brand", "method"), [("bsg", "PATCH"), ("wwt", "PUT")])
    async def test_for_good(self, sandbox: Sandbox, brand: str, method: str, status: str) -> None:
        sandbox.rcs.brand = brand
        [id] = sandbox.rcs.seed(1, status=status)
        async with campaign_reg.connect("rcs", **sandbox.settings("rcs")) as rcs:
            stopped = await rcs.stop(id)
            assert (stopped.id, stopped.status) == (id, "stopped")
            assert await rcs.stop(id) == await rcs.get(id)
        methods = [exchange.method for exchange in sandbox.exchanges]
        assert methods == ["POST", "GET", method, "GET", "GET"]

    @pytest.mark.parametrize("status", ["creation", "spam", "done"])
    async def test_states_that_allow_no_stop(self, rcs: RcsBackend, sandbox: Sandbox, status: str) -> None:
        [id] = sandbox.rcs.seed(1, status=status)
        with pytest.raises(InvalidInputError, match=f"is {status}: .* nothing was sent"):
            await rcs.stop(id)
        assert calls(sandbox) == ["getCampaign"]

    async def test_an_unknown_state_allows_none(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1)
        sandbox.faults.add("unseen_enum", "getCampaign", provider="rcs", member="status", times=1)
        with pytest.raises(InvalidInputError):
            await rcs.stop(id)

    @pytest.mark.parametrize(
        ("configured", "brand", "other"), [("PUT", "bsg", "PATCH"), ("PATCH", "wwt", "PUT")]
    )
    async def test_the_other_method_is_tried_once_and_remembered(
        self, sandbox: Sandbox, configured: str, brand: str, other: str
    ) -> None:
        sandbox.rcs.brand = brand
        ids = sandbox.rcs.seed(2)
        settings: dict[str, Any] = {**sandbox.settings("rcs"), "stop_method": configured}
        async with campaign_reg.connect("rcs", **settings) as rcs:
            for id in ids:
                await rcs.stop(id)
        methods = [exchange.method for exchange in sandbox.exchanges if exchange.target.endswith("/stop")]
        assert methods == [configured, other, other]

    @pytest.mark.parametrize("fault", ["drop_after", "drop_before", "status_500", "malformed_json"])
    async def test_one_request_whatever_happens(self, rcs: RcsBackend, sandbox: Sandbox, fault: str) -> None:
        [id] = sandbox.rcs.seed(1)
        sandbox.faults.add(fault, "stopCampaignPatch", provider="rcs")
        with pytest.raises(OutcomeUnknownError):
            await rcs.stop(id)
        assert calls(sandbox) == ["getCampaign", "stopCampaignPatch"]

    async def test_the_state_changed_meanwhile(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.rcs.seed(1, status="done")
        sandbox.faults.add(
            "unseen_enum", "getCampaign", provider="rcs", member="status", value="paused", times=1
        )
        with pytest.raises(ConflictError, match="Invalid campaign status"):
            await rcs.stop(id)


class TestHostileAnswers:
    @pytest.mark.parametrize(
        "fault",
        [
            "not_json_200",
            "malformed_json",
            "truncated_body",
            "empty_body",
            "wrong_type",
            "html_502",
            "redirect",
        ],
    )
    async def test_reads_raise_typed_errors(self, rcs: RcsBackend, sandbox: Sandbox, fault: str) -> None:
        [id] = sandbox.rcs.seed(1)
        sandbox.faults.add(fault, "getCampaign", provider="rcs", times=9)
        with pytest.raises((DecodeError, TransportError, ApiError)):
            await rcs.get(id)

    async def test_a_reset_is_retried_for_reads_only(self) -> None:
        body = json.dumps(EXAMPLES["CampaignPaused"]).encode()
        async with WireServer(reply(body=b'{"bearer":"t"}'), reset, reply(body=body)) as server:
            async with connect(server, "bsg") as rcs:
                assert (await rcs.get("53708815")).id == "53708815"
        assert server.count("GET") == 2

    async def test_no_secret_comes_out(self, sandbox: Sandbox) -> None:
        async with campaign_reg.connect("rcs", **sandbox.settings("rcs")) as rcs:
            [id] = sandbox.rcs.seed(1)
            action = await rcs.renew(id)
            told = f"{rcs!r} {action!r} {action.token} {rcs.account}"
        assert sandbox.rcs.api_key not in told
        assert sandbox.rcs.api_key[:10] not in told


async def test_many_at_once(rcs: RcsBackend, sandbox: Sandbox) -> None:
    ids = sandbox.rcs.seed(20, pause_again_share=0.25, stop_share=0.25, settle_seconds=(1, 3))
    actions = await asyncio.gather(*[rcs.renew(id) for id in ids])
    verdicts = [outcome.verdict for outcome in await asyncio.gather(*[action.wait() for action in actions])]
    assert set(verdicts) <= {Verdict.SUCCEEDED, Verdict.FAILED, Verdict.ACTION_REQUIRED}
    assert applied(sandbox, "renewCampaign") == 20
    assert sum(exchange.operation == "login" for exchange in sandbox.exchanges) == 1


async def test_every_kind_of_request_keeps_to_the_contract(
    rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock
) -> None:
    """The fixture holds every request of every test against it; this one shows that it would notice."""
    await rcs.create(draft(start_at=clock.now().replace(tzinfo=None) + timedelta(days=3)))
    exchange = last(sandbox, "createRcsCampaign")
    contract(NAME).validate_request(AsRequest(exchange))
    body = (exchange.request_body or b"").replace(b"acme_agent", b"x" * 41)
    with pytest.raises(OpenAPIError):
        contract(NAME).validate_request(AsRequest(dataclasses.replace(exchange, request_body=body)))
