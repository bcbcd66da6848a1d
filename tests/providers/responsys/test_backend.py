"""Campaigns and approvals over real sockets: against the sandbox, and against a vendor made of bytes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest

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
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnsupportedVerbError,
)
from campaign_reg.providers.responsys.approval_models import ApprovalStatus
from campaign_reg.providers.responsys.details import SearchFilters
from campaign_reg.providers.responsys.models import (
    CampaignChanges,
    CampaignDraft,
    DataSource,
    DataSourceField,
)
from tests.support.clocks import VirtualClock
from tests.support.vendors.responsys_contract import check_request
from tests.support.wire_server import Received, Step, WireServer, drop, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.responsys.backend import ResponsysBackend
    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio

SOURCE = DataSource(
    path="Lists/CONTACTS", type="PROFILE_LIST", fields=(DataSourceField(name="EMAIL_ADDRESS_"),)
)
AWKWARD = "[TEST] Spring {a}! -=@_ 9"


def calls(sandbox: Sandbox) -> list[str]:
    """Operations asked for so far, without logins."""
    return [str(exchange.operation) for exchange in sandbox.exchanges if exchange.operation != "authToken"]


def last(sandbox: Sandbox, operation: str) -> Exchange:
    return next(exchange for exchange in reversed(sandbox.exchanges) if exchange.operation == operation)


def draft(name: str = "Spring_Launch", **members: Any) -> CampaignDraft:
    return CampaignDraft(**{"name": name, "folder_name": "Newsletters", "data_source": (SOURCE,), **members})


class TestGet:
    async def test_a_campaign_as_the_vendor_holds_it(
        self, responsys: ResponsysBackend, v13: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        [name] = sandbox.responsys.seed(1, status="ACTIVE")
        raw = sandbox.responsys.campaigns[name]
        campaign = await responsys.get(name)
        assert (campaign.id, campaign.provider, campaign.subject) == (name, "responsys", raw["subject"])
        assert (campaign.state, campaign.vendor_status) == (CampaignState.ACTIVE, "ACTIVE")
        assert campaign.data_source is not None
        assert campaign.list_name is None
        older = await v13.get(name)
        assert older.list_name is not None
        assert older.data_source is None

    async def test_nobody(self, responsys: ResponsysBackend) -> None:
        with pytest.raises(NotFoundError, match=r"responsys.campaigns.get answered 404 CAMPAIGN_NOT_FOUND"):
            await responsys.get("Nobody")

    async def test_a_name_is_one_encoded_segment(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        await responsys.create(draft(AWKWARD))
        assert (await responsys.get(AWKWARD)).name == AWKWARD
        assert sandbox.exchanges[-1].target.endswith("/%5BTEST%5D%20Spring%20%7Ba%7D%21%20-%3D%40_%209")

    @pytest.mark.parametrize("name", ["a/b", "a?b", "a#b", "%2e", "%2F", "ä", "日本", "a+b&c=d", "a%20b"])
    async def test_whatever_is_in_it(self, responsys: ResponsysBackend, sandbox: Sandbox, name: str) -> None:
        for call in (
            responsys.get,
            responsys.approve,
            responsys.approval,
            responsys.close,
            responsys.preview,
        ):
            with pytest.raises((NotFoundError, InvalidRequestError)):
                await call(name)
        for exchange in sandbox.exchanges[1:]:
            assert exchange.target.count("/") in (5, 6, 7)
            assert exchange.target.isascii()
            assert "?" not in exchange.target
        assert sandbox.ledger.entries == ()

    @pytest.mark.parametrize("name", ["", " ", ".", "..", "a\r\nb", "\x00", "a\x7f", "\ud800"])
    async def test_refused_before_any_io(
        self, responsys: ResponsysBackend, sandbox: Sandbox, name: str
    ) -> None:
        for call in (
            responsys.get,
            responsys.approve,
            responsys.approval,
            responsys.close,
            responsys.proof_list,
        ):
            with pytest.raises(InvalidInputError):
                await call(name)
        with pytest.raises(InvalidInputError):
            responsys.schedules(name)
        with pytest.raises(InvalidInputError):
            await responsys.update(name, CampaignChanges(subject="a"))
        with pytest.raises(InvalidInputError):
            await responsys.create(draft(name))
        with pytest.raises(InvalidInputError):
            await responsys.copy("Spring", name)
        assert sandbox.exchanges == []

    async def test_values_from_tomorrow(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("unseen_enum", "getCampaignApproval")
        approval = await responsys.approval(name)
        assert (approval.state, approval.approval_status.is_recognized) == (CampaignState.UNKNOWN, False)

    @pytest.mark.parametrize("fault", ["malformed_json", "not_json_200", "empty_body"])
    async def test_what_does_not_parse(
        self, responsys: ResponsysBackend, sandbox: Sandbox, fault: str
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add(fault, "getCampaignV15", times=None)
        with pytest.raises(DecodeError):
            await responsys.get(name)

    async def test_one_reading_about_the_campaign_or_its_approval(
        self, responsys: ResponsysBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        [name] = sandbox.responsys.seed(1, status="ACTIVE", approval="REJECTED")
        campaign, approval = await responsys.read(name), await responsys.read(name, verb=Verb.APPROVE)
        assert (campaign.target, campaign.status, campaign.version) == (name, "ACTIVE", None)
        assert (approval.target, approval.status, approval.version) == (name, "REJECTED", None)
        assert campaign.vendor_time == clock.now().replace(microsecond=0)
        assert responsys.reading_of(await responsys.get(name)).status == "ACTIVE"
        with pytest.raises(NotFoundError):
            await responsys.read("Nobody", verb=Verb.APPROVE)


class TestList:
    async def test_all_pages_by_the_vendors_odd_links(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        names = sandbox.responsys.seed(23)
        assert [campaign.name async for campaign in responsys.list(page_size=5)] == names
        pages = [page async for page in responsys.list(page_size=5).pages()]
        assert [len(page.items) for page in pages] == [5, 5, 5, 5, 3]
        rest = [c.name async for c in responsys.list(page_size=5).items(cursor=pages[1].next_cursor)]
        assert rest == names[10:]

    async def test_one_channel(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        sandbox.responsys.seed(2)
        names = sandbox.responsys.seed(3, type="SMS")
        assert [campaign.name async for campaign in responsys.list(type="SMS", page_size=2)] == names
        assert "type=sms" in sandbox.exchanges[-1].target
        assert len([campaign async for campaign in responsys.list()]) == 2
        assert "type=email" in sandbox.exchanges[-1].target

    @pytest.mark.parametrize("filters", [{"type": "fax"}, {"type": ""}, {"page_size": 0}, {"page_size": 201}])
    async def test_filters_that_are_none(self, responsys: ResponsysBackend, filters: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError):
            responsys.list(**filters)

    async def test_no_io_before_it_is_iterated(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        responsys.list().pages()
        responsys.search("a").pages()
        responsys.approvals().pages()
        assert sandbox.exchanges == []

    @pytest.mark.fault(54)
    @pytest.mark.parametrize(
        "href",
        [
            "https://evil.test/rest/api/v1.3/campaigns?offset=5",
            "//evil.test/x",
            "/rest/api/v1.3/lists?offset=5",
        ],
    )
    async def test_a_foreign_link_is_not_followed(
        self, responsys: ResponsysBackend, sandbox: Sandbox, href: str
    ) -> None:
        sandbox.responsys.seed(9)
        sandbox.faults.add("next_link", "listCampaigns", href=href)
        with pytest.raises(PaginationError):
            [campaign async for campaign in responsys.list(page_size=5)]
        assert calls(sandbox) == ["listCampaigns"]

    @pytest.mark.fault(50)
    async def test_a_link_that_leads_back_is_an_error(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        sandbox.responsys.seed(9)
        sandbox.faults.add("next_link", "listCampaigns", after=1)
        pages = responsys.list(page_size=3).pages()
        assert len((await anext(pages)).items) == 3
        with pytest.raises(PaginationError):
            await anext(pages)

    @pytest.mark.fault(51)
    async def test_an_empty_page_is_followed(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        names = sandbox.responsys.seed(9)
        sandbox.faults.add("next_link", "listCampaigns", after=1, empty=True)
        assert [campaign.name async for campaign in responsys.list(page_size=3)] == names[:3] + names[6:]

    @pytest.mark.parametrize("cursor", ["a b", "https://evil.test/\r\n", "\x00"])
    async def test_a_cursor_that_is_none_of_ours(self, responsys: ResponsysBackend, cursor: str) -> None:
        with pytest.raises(InvalidInputError):
            [page async for page in responsys.list().pages(cursor=cursor)]


class TestSearch:
    async def test_a_read_in_spite_of_post(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        names = sandbox.responsys.seed(45)
        sandbox.faults.add("drop_after", "searchCampaigns")
        hits = {hit.id async for hit in responsys.search(page_size=20)}
        assert hits == set(names)
        assert calls(sandbox).count("searchCampaigns") >= 4, "the broken one was asked again"

    async def test_every_criterion_reaches_the_vendor(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        sandbox.responsys.seed(3)
        filters = SearchFilters(campaign_type=("email",), campaign_status=("draft", "active"))
        found = responsys.search("Harbor", filters=filters, sort_by="campaignName", ascending=True)
        assert len([hit async for hit in found]) == 3
        exchange = sandbox.exchanges[-1]
        assert json.loads(exchange.request_body) == {
            "searchCriteria": {"keyword": {"key": "campaignName", "value": "Harbor"}},
            "filterCriteria": {"campaignType": ["email"], "campaignStatus": ["draft", "active"]},
            "sortCriteria": {"field": "campaignName", "order": "asc"},
        }
        check_request(exchange)

    @pytest.mark.parametrize(
        "values", [{"sort_by": "size"}, {"page_size": 21}, {"page_size": 0}, {"keyword": "\ud800"}]
    )
    async def test_what_cannot_be_asked(self, responsys: ResponsysBackend, values: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError):
            responsys.search(**values)


class TestCreate:
    async def test_one_look_and_one_post(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        action = await responsys.create(draft(AWKWARD, subject="Hello"))
        assert calls(sandbox) == ["getCampaignV15", "createCampaignV15"]
        assert (action.target, action.done) == (AWKWARD, True)
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert sandbox.responsys.campaigns[AWKWARD]["subject"] == "Hello"

    async def test_a_taken_name_is_skipped(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        outcome = await (await responsys.create(draft(name))).wait()
        assert (outcome.verdict, outcome.target) == (Verdict.SKIPPED, name)
        assert sandbox.ledger.entries == ()

    async def test_in_v13(self, v13: ResponsysBackend, sandbox: Sandbox) -> None:
        await v13.create(draft(data_source=None, list_name="CONTACTS"))
        assert calls(sandbox) == ["getCampaign", "createCampaign"]
        assert json.loads(sandbox.exchanges[-1].request_body)["listName"] == "CONTACTS"

    async def test_what_belongs_to_the_other_version_is_refused(
        self, responsys: ResponsysBackend, v13: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        for backend, made in (
            (responsys, draft(list_name="CONTACTS")),
            (responsys, draft(data_source=None)),
            (v13, draft()),
            (v13, draft(data_source=None, supplementary_lookup_data_source=(SOURCE,))),
        ):
            with pytest.raises(InvalidInputError):
                await backend.create(made)
        for backend, changes in (
            (responsys, CampaignChanges(list_name="A")),
            (v13, CampaignChanges(data_source=(SOURCE,))),
        ):
            with pytest.raises(InvalidInputError):
                await backend.update("Spring", changes)
        assert sandbox.exchanges == []

    @pytest.mark.parametrize(
        "made",
        [
            draft("x" * 151),
            draft(subject=7),
            draft(subject="\ud800"),
            draft(filter_paths=(7,)),
            draft(data_source="Lists"),
            draft(subject="x" * 10_485_760),
        ],
    )
    async def test_what_can_never_be_sent(
        self, responsys: ResponsysBackend, sandbox: Sandbox, made: CampaignDraft
    ) -> None:
        with pytest.raises(InvalidInputError):
            await responsys.create(made)
        assert sandbox.exchanges == []

    async def test_refused_by_the_vendor(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        for code, error in (
            ("CAMPAIGN_ALREADY_EXISTS", ConflictError),
            ("PATH_NOT_VALID", InvalidRequestError),
        ):
            sandbox.faults.add("refused_by_code", "createCampaignV15", code=code)
            with pytest.raises(error):
                await responsys.create(draft())
        assert sandbox.ledger.entries == ()

    @pytest.mark.fault(100)
    @pytest.mark.parametrize("fault", ["drop_after", "status_503_applied", "truncated_body"])
    async def test_a_lost_answer_is_found_by_name(
        self, responsys: ResponsysBackend, sandbox: Sandbox, fault: str
    ) -> None:
        sandbox.faults.add(fault, "createCampaignV15")
        with pytest.raises(OutcomeUnknownError) as caught:
            await responsys.create(draft())
        assert caught.value.token is not None
        outcome = await responsys.action(caught.value.token).wait()
        assert (outcome.verdict, outcome.evidence, outcome.target) == (
            Verdict.SUCCEEDED,
            Evidence.OBSERVED,
            "Spring_Launch",
        )
        assert len(sandbox.ledger.entries) == 1

    async def test_a_lost_create_that_never_shows_stays_unknown(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add(
            "refused_by_code", "createCampaignV15", code="UNABLE_TO_CREATE_CAMPAIGN", status=500
        )
        with pytest.raises(OutcomeUnknownError) as caught:
            await responsys.create(draft())
        outcome = await responsys.action(caught.value.token or "").wait()
        assert outcome.verdict is Verdict.UNKNOWN
        assert sandbox.ledger.entries == ()
        assert calls(sandbox).count("createCampaignV15") == 1


class TestUpdate:
    async def test_the_whole_campaign_goes_back_with_the_changes(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        before = dict(sandbox.responsys.campaigns[name])
        action = await responsys.update(name, CampaignChanges(subject="New", filter_paths=("A/B",)))
        assert calls(sandbox) == ["getCampaignV15", "updateCampaignV15"]
        after = dict(sandbox.responsys.campaigns[name])
        differs = {member for member in before | after if before.get(member) != after.get(member)}
        assert differs - {"modified"} == {"subject", "filterPaths"}
        check_request(sandbox.exchanges[-1])
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    async def test_in_v13(self, v13: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        await v13.update(name, CampaignChanges(subject="New"))
        assert calls(sandbox) == ["getCampaign", "updateCampaign"]
        assert sandbox.responsys.campaigns[name]["subject"] == "New"
        check_request(sandbox.exchanges[-1])

    async def test_as_wanted_already(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        subject = sandbox.responsys.campaigns[name]["subject"]
        outcome = await (await responsys.update(name, CampaignChanges(subject=subject))).wait()
        assert (outcome.verdict, outcome.reason) == (Verdict.SKIPPED, "already as wanted")
        assert sandbox.ledger.entries == ()

    async def test_two_at_once_each_keep_what_they_read(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        names = sandbox.responsys.seed(4)
        await asyncio.gather(
            *(responsys.update(name, CampaignChanges(subject=f"New {name}")) for name in names)
        )
        assert [sandbox.responsys.campaigns[name]["subject"] for name in names] == [
            f"New {name}" for name in names
        ]

    async def test_with_a_reading_of_the_callers(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        preimage = await responsys.read(name)
        await responsys.perform(Verb.UPDATE, name, {"subject": "New"}, preimage=preimage)
        assert calls(sandbox) == ["getCampaignV15", "updateCampaignV15"]
        body = json.loads(sandbox.exchanges[-1].request_body)
        assert (body["subject"], body["name"]) == ("New", name)
        assert body["folderName"] == sandbox.responsys.campaigns[name]["folderName"]

    @pytest.mark.parametrize("applied", [True, False])
    async def test_a_lost_answer_is_judged_by_the_fields(
        self, responsys: ResponsysBackend, sandbox: Sandbox, applied: bool
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("drop_after" if applied else "drop_before", "updateCampaignV15")
        with pytest.raises(OutcomeUnknownError) as caught:
            await responsys.update(name, CampaignChanges(subject="New"))
        outcome = await responsys.action(caught.value.token or "").wait()
        assert outcome.verdict is (Verdict.SUCCEEDED if applied else Verdict.UNKNOWN)
        assert calls(sandbox).count("updateCampaignV15") == 1

    async def test_nobody(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        with pytest.raises(NotFoundError):
            await responsys.update("Nobody", CampaignChanges(subject="New"))
        assert calls(sandbox) == ["getCampaignV15"]


class TestApprove:
    @pytest.mark.parametrize("wanted", list(ApprovalStatus))
    async def test_each_of_the_four_states(
        self, responsys: ResponsysBackend, sandbox: Sandbox, wanted: ApprovalStatus
    ) -> None:
        before = "REJECTED" if wanted == "NEEDS_APPROVAL" else "NEEDS_APPROVAL"
        [name] = sandbox.responsys.seed(1, approval=before)
        action = await responsys.approve(name, status=wanted)
        assert calls(sandbox) == ["getCampaignApproval", "setCampaignApproval"]
        assert json.loads(sandbox.exchanges[-1].request_body) == {"approvalStatus": wanted}
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert sandbox.responsys.campaigns[name]["approvalStatus"] == wanted
        again = await (await responsys.approve(name, status=wanted)).wait()
        assert (again.verdict, again.reason) == (Verdict.SKIPPED, "already as wanted")
        assert sandbox.ledger.counts("setCampaignApproval") == {name: 1}

    async def test_the_member_that_the_vendor_wants_is_a_setting(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        """Its texts disagree, and a wrong guess would refuse every approval."""
        sandbox.responsys.approvals.member = "status"
        [name] = sandbox.responsys.seed(1)
        with pytest.raises(InvalidRequestError, match="try the other setting of approval_member"):
            await responsys.approve(name)
        settings: dict[str, Any] = {**sandbox.settings("responsys"), "approval_member": "status"}
        async with campaign_reg.connect("responsys", **settings) as other:
            assert (await (await other.approve(name)).wait()).verdict is Verdict.SUCCEEDED
        assert sandbox.responsys.campaigns[name]["approvalStatus"] == "APPROVED"

    async def test_approve_means_approved(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        await responsys.approve(name)
        assert sandbox.responsys.campaigns[name]["approvalStatus"] == "APPROVED"

    @pytest.mark.parametrize("status", ["MAYBE", "", "null", None, 1])
    async def test_no_other_state(self, responsys: ResponsysBackend, sandbox: Sandbox, status: Any) -> None:
        with pytest.raises(InvalidInputError):
            await responsys.approve("Spring", status=status)
        with pytest.raises(InvalidInputError):
            responsys.check("approve", "Spring", {"status": status})
        assert sandbox.exchanges == []

    async def test_where_approvals_are_not_enabled_nobody_logs_in_again(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.responsys.approvals.enabled = False
        with pytest.raises(PermissionDeniedError, match="UNAUTHORIZED"):
            await responsys.approve(name)
        assert [exchange.operation for exchange in sandbox.exchanges].count("authToken") == 1

    async def test_an_open_request_for_approval(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1, approval="REJECTED")
        code = "INVALID_CAMPAIGN_APPROVAL_WORKFLOW_STATE"
        sandbox.faults.add("refused_by_code", "setCampaignApproval", code=code)
        with pytest.raises(ConflictError, match=code):
            await responsys.approve(name, status="NEEDS_APPROVAL")

    @pytest.mark.parametrize("fault", ["drop_after", "status_503_applied", "empty_body", "truncated_body"])
    async def test_a_lost_answer_is_judged_by_the_state(
        self, responsys: ResponsysBackend, sandbox: Sandbox, fault: str
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add(fault, "setCampaignApproval")
        with pytest.raises(OutcomeUnknownError) as caught:
            await responsys.approve(name)
        outcome = await responsys.action(caught.value.token or "").wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        assert sandbox.ledger.counts("setCampaignApproval") == {name: 1}

    @pytest.mark.parametrize("third", [None, "REJECTED"])
    async def test_a_lost_one_that_is_not_seen_stays_unknown(
        self, responsys: ResponsysBackend, sandbox: Sandbox, third: str | None
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("drop_before", "setCampaignApproval")
        with pytest.raises(OutcomeUnknownError) as caught:
            await responsys.approve(name)
        if third is not None:
            sandbox.responsys.change(name, approvalStatus=third)
        outcome = await responsys.action(caught.value.token or "").wait()
        assert outcome.verdict is Verdict.UNKNOWN
        assert calls(sandbox).count("setCampaignApproval") == 1

    async def test_the_listing_of_approvals(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        needing = sandbox.responsys.seed(3)
        rejected = sandbox.responsys.seed(2, approval="REJECTED")
        everyone = [approval async for approval in responsys.approvals()]
        assert [approval.id for approval in everyone] == needing + rejected
        assert everyone[0].campaign_type == "Email"
        some = [approval.id async for approval in responsys.approvals(status="REJECTED")]
        assert some == rejected
        assert last(sandbox, "listCampaignApprovals").target.endswith("?status=REJECTED")
        with pytest.raises(InvalidInputError):
            responsys.approvals(status="MAYBE")

    async def test_of_what_is_no_email(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1, type="SMS")
        with pytest.raises((InvalidRequestError, NotFoundError)):
            await responsys.approve(name)


class TestCopyAndClose:
    async def test_copy(self, responsys: ResponsysBackend, v13: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        made = await responsys.copy(name, "Second run", description="Again")
        assert (made.name, made.description) == ("Second run", "Again")
        body = json.loads(sandbox.exchanges[-1].request_body)
        assert body == {"newCampaignName": "Second run", "description": "Again", "folderName": None}
        check_request(sandbox.exchanges[-1])
        assert (await v13.copy(name, "Third run", folder_name="Other")).folder_name == "Other"
        with pytest.raises(ConflictError):
            await responsys.copy(name, "Second run")
        assert len(sandbox.ledger.entries) == 2

    async def test_close(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1, status="ACTIVE")
        assert (await responsys.close(name)).status
        assert (await responsys.get(name)).state is CampaignState.ENDED
        assert last(sandbox, "closeCampaign").request_body == b""

    @pytest.mark.parametrize("fault", ["drop_after", "drop_before", "status_503_applied", "empty_body"])
    async def test_lost_answers_are_never_repeated(
        self, responsys: ResponsysBackend, sandbox: Sandbox, fault: str
    ) -> None:
        [name] = sandbox.responsys.seed(1, status="ACTIVE")
        for operation, call in (
            ("copyCampaignV15", lambda: responsys.copy(name, "Second run")),
            ("closeCampaign", lambda: responsys.close(name)),
        ):
            sandbox.faults.add(fault, operation)
            with pytest.raises(OutcomeUnknownError):
                await call()
            assert calls(sandbox).count(operation) == 1


class TestThrottling:
    @pytest.mark.parametrize("status", [400, 401, 429])
    async def test_a_read_waits_a_minute_whatever_the_status(
        self, responsys: ResponsysBackend, sandbox: Sandbox, clock: SharedClock, status: int
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("throttled", "getCampaignV15", status=status)
        started = clock.monotonic()
        await responsys.get(name)
        assert 60 <= clock.monotonic() - started < 61
        assert calls(sandbox) == ["getCampaignV15"] * 2
        assert [exchange.operation for exchange in sandbox.exchanges].count("authToken") == 1

    async def test_the_whole_account_waits(
        self, responsys: ResponsysBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        names = sandbox.responsys.seed(2)
        sandbox.faults.add("throttled", "closeCampaign")
        with pytest.raises(RateLimitError) as caught:
            await responsys.close(names[0])
        assert caught.value.retry_after_seconds == 60
        assert 60 <= responsys.pace.paused_seconds() < 61
        started = clock.monotonic()
        await responsys.get(names[1])
        assert clock.monotonic() - started >= 60
        assert calls(sandbox).count("closeCampaign") == 1, "not repeated, though it was not applied"

    async def test_capacity_comes_back_after_ten_minutes(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("throttled", "getCampaignV15", code="INTERNAL_CAPACITY_LIMIT_EXCEEDED")
        with pytest.raises(RateLimitError) as caught:
            await responsys.get(name)
        assert caught.value.retry_after_seconds == 600
        assert responsys.pace.paused_seconds() >= 600

    async def test_a_throttled_approval_was_not_applied(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("throttled", "setCampaignApproval", status=401)
        with pytest.raises(RateLimitError):
            await responsys.approve(name)
        assert (await (await responsys.approve(name)).wait()).verdict is Verdict.SUCCEEDED
        assert sandbox.ledger.counts("setCampaignApproval") == {name: 1}

    async def test_a_failing_backend_is_no_dead_token(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        sandbox.faults.add("status_500", "getCampaignV15", times=None)
        with pytest.raises(ServerError, match="UNEXPECTED_EXCEPTION"):
            await responsys.get(name)
        assert [exchange.operation for exchange in sandbox.exchanges].count("authToken") == 1


class TestSeam:
    async def test_verbs(self, responsys: ResponsysBackend) -> None:
        assert responsys.verbs == {Verb.GET, Verb.LIST, Verb.CREATE, Verb.UPDATE, Verb.APPROVE}
        for verb in (Verb.DELETE, Verb.RESUBMIT, Verb.RENEW):
            with pytest.raises(UnsupportedVerbError):
                await responsys.perform(verb, "Spring")
        with pytest.raises(UnsupportedVerbError):
            await responsys.feedback("Spring")

    async def test_targets(self, responsys: ResponsysBackend) -> None:
        with pytest.raises(InvalidInputError, match="approve needs the campaign's name"):
            await responsys.perform("approve")
        with pytest.raises(InvalidInputError, match="a create takes no id"):
            await responsys.perform("create", "Spring", draft())

    async def test_plain_parameters(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        [name] = sandbox.responsys.seed(1)
        assert responsys.check("approve", name, {"status": "rejected"}) == {"status": "REJECTED"}
        plain = responsys.check("create", None, draft(AWKWARD))
        action = await responsys.perform("create", None, json.loads(json.dumps(plain)))
        assert action.target == AWKWARD
        assert responsys.mark(plain) == {"name": AWKWARD}

    async def test_lint(self, responsys: ResponsysBackend) -> None:
        assert [finding.code for finding in responsys.lint("create", draft("Größe"))] == [
            "responsys.name_alphabet"
        ]
        assert responsys.lint("approve", {"status": "APPROVED"}) == ()

    async def test_the_account_has_no_secret(self, responsys: ResponsysBackend, sandbox: Sandbox) -> None:
        assert sandbox.responsys.account.password not in repr(responsys)
        assert responsys.account == f"{sandbox.responsys.account.user_name}/127.0.0.1"

    async def test_every_request_keeps_to_the_contract(
        self, responsys: ResponsysBackend, sandbox: Sandbox
    ) -> None:
        names = sandbox.responsys.seed(3)
        await responsys.create(draft(AWKWARD, campaign_variables={"S": "1"}, use_utf8=True))
        await responsys.update(AWKWARD, CampaignChanges(description="More"))
        await responsys.approve(AWKWARD, status="NEEDS_APPROVAL")
        await responsys.copy(AWKWARD, "Second run")
        await responsys.close(names[0])
        for pager in (responsys.list(page_size=2), responsys.search("a", page_size=2), responsys.approvals()):
            assert len([item async for item in pager]) >= 0
        for exchange in sandbox.exchanges:
            check_request(exchange)


@pytest.fixture
async def scripted() -> AsyncIterator[Any]:
    """Connects to a vendor made of bytes, whose first answer is the login's."""
    backends: list[ResponsysBackend] = []
    async with WireServer() as server:
        token = json.dumps({"authToken": "T1", "issuedAt": 1, "endPoint": server.origin}).encode()

        async def connect(*steps: Step) -> tuple[WireServer, ResponsysBackend]:
            server.steps = (reply(200, token), *steps)
            backend = await campaign_reg.connect(
                "responsys",
                clock=VirtualClock(grace_seconds=0.005),
                user_name="u",
                password="p",
                login_url=server.origin,
            )
            backends.append(backend)
            return server, backend

        yield connect
        for backend in backends:
            await backend.aclose()


REFUSED = b'{"type":"","title":"No","errorCode":"INSUFFICIENT_ACCESS","detail":"","errorDetails":[]}'


class TestOddAnswers:
    @pytest.mark.fault(23)
    @pytest.mark.parametrize("call", ["get", "list", "approvals", "search", "rate_limits", "approval"])
    async def test_a_success_that_is_a_refusal(self, scripted: Any, call: str) -> None:
        _, backend = await scripted(reply(200, REFUSED))
        with pytest.raises(ApiError, match="INSUFFICIENT_ACCESS"):
            match call:
                case "list" | "approvals" | "search":
                    [item async for item in getattr(backend, call)()]
                case "rate_limits":
                    await backend.rate_limits()
                case _:
                    await getattr(backend, call)("Spring")

    async def test_a_listing_without_its_array(self, scripted: Any) -> None:
        _, backend = await scripted(reply(200, b'{"links":[]}'))
        with pytest.raises(DecodeError, match="campaigns"):
            [campaign async for campaign in backend.list()]

    async def test_the_array_by_its_other_name(self, scripted: Any) -> None:
        _, backend = await scripted(reply(200, b'{"items":[{"name":"a"}],"links":[]}'))
        assert [campaign.name async for campaign in backend.list()] == ["a"]

    async def test_full_pages_without_any_links_are_followed_by_offset(self, scripted: Any) -> None:
        pages = [b'{"campaigns":[{"name":"a"},{"name":"b"}]}', b'{"campaigns":[{"name":"c"}]}']
        server, backend = await scripted(*(reply(200, page) for page in pages))
        assert [campaign.name async for campaign in backend.list(page_size=2)] == ["a", "b", "c"]
        assert server.requests[-1].target.endswith("?offset=2&type=email&limit=2")

    @pytest.mark.fault(55)
    async def test_a_vendor_that_ignores_the_offset(self, scripted: Any) -> None:
        server, backend = await scripted(reply(200, b'{"campaigns":[{"name":"a"},{"name":"b"}]}'))
        with pytest.raises(PaginationError, match="came twice"):
            [campaign async for campaign in backend.list(page_size=2)]
        assert len(server.requests) == 3

    async def test_a_search_goes_on_though_its_links_name_no_next_page(self, scripted: Any) -> None:
        links = b'"links":[{"rel":"self","href":"/rest/api/v1.3/campaigns/actions/search"}]'
        pages = [
            b'{"campaigns":[{"name":"a"},{"campaignName":"b"}],%b}' % links,
            b'{"campaigns":[],%b}' % links,
        ]
        server, backend = await scripted(*(reply(200, page) for page in pages))
        assert [hit.id async for hit in backend.search(page_size=2)] == ["a", "b"]
        assert [request.method for request in server.requests] == ["POST"] * 3

    async def test_close_that_did_not_close(self, scripted: Any) -> None:
        _, backend = await scripted(reply(200, b'{"status":false,"message":"still running"}'))
        with pytest.raises(ApiError, match="still running"):
            await backend.close("Spring")

    async def test_an_approval_that_shows_another_state_is_read_again(self, scripted: Any) -> None:
        def told(status: str) -> bytes:
            return reply(200, b'{"campaignName":"Spring","approvalStatus":"%b"}' % status.encode())

        _, backend = await scripted(
            told("REJECTED"), told("NEEDS_APPROVAL"), told("NEEDS_APPROVAL"), told("APPROVED")
        )
        action = await backend.approve("Spring")
        assert not action.done
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    async def test_an_answer_about_another_campaign(self, scripted: Any) -> None:
        _, backend = await scripted(reply(200, b'{"campaignName":"Autumn","approvalStatus":"REJECTED"}'))
        with pytest.raises(DecodeError, match="Autumn"):
            await backend.approve("Spring")

    async def test_an_update_on_a_reading_without_the_campaign_sends_nothing(self, scripted: Any) -> None:
        server, backend = await scripted(reply(200, b'{"name":"Spring","subject":"old"}'))
        preimage = attrs.evolve(await backend.read("Spring"), campaign=None)
        with pytest.raises(InvalidInputError, match="give a reading that holds it"):
            await backend.perform("update", "Spring", {"subject": "new"}, preimage=preimage)
        assert server.count("PUT") == 0

    async def test_no_write_is_repeated_by_a_dropped_connection(self, scripted: Any) -> None:
        server, backend = await scripted(
            reply(200, b'{"campaignName":"a","approvalStatus":"REJECTED"}'), drop
        )
        with pytest.raises(OutcomeUnknownError):
            await backend.approve("a")
        assert server.count("PUT") == 1

    async def test_requests_carry_the_bare_token(self, scripted: Any) -> None:
        seen: list[Received] = []

        async def look(connection: Any, received: Received) -> None:
            seen.append(received)
            await connection.write(reply(200, b"[]"))

        _, backend = await scripted(look)
        await backend.rate_limits()
        assert seen[0].headers["authorization"] == "T1"


def test_drafts_are_values() -> None:
    assert attrs.evolve(draft(), subject="a") == draft(subject="a")
