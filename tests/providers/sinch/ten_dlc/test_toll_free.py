"""Toll-free verification: models and table held against the contract, calls over real sockets."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from campaign_reg.enums import Applied, OpenEnum
from campaign_reg.errors import (
    DecodeError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
)
from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.ten_dlc import toll_free
from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.providers.sinch.ten_dlc.toll_free_models import (
    MESSAGE_VOLUMES,
    BusinessType,
    CreatedTollFree,
    TollFreeDraft,
    TollFreeList,
    TollFreeStatus,
    TollFreeUseCases,
    TollFreeVerification,
)
from campaign_reg.wire.message import Response
from campaign_reg.wire.operation import Operation
from tests.support.vendors.contracts import check
from tests.support.vendors.sinch_backend import basic, last
from tests.support.vendors.sinch_contract import CONTRACT, TOLL_FREE, answers, enum, operations
from tests.support.vendors.sinch_json import again, same
from tests.support.vendors.toll_free import EXAMPLE, draft
from tests.support.wire_server import Step, WireServer, drop, reply

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

OURS = {name: value for name, value in vars(toll_free).items() if isinstance(value, Operation)}
NAMES = {
    "createTfnVerification": "SUBMIT",
    "listTfnVerifications": "LIST",
    "getTfnVerification": "GET",
    "listTfnUseCases": "USE_CASES",
}
ALL_ANSWERS = list(answers(part=TOLL_FREE))
REQUEST = CONTRACT["components"]["schemas"]["CreateTfnVerificationRequest"]
NEVER_SENT = {"createdBy", "projectId"}  # deprecated, and said in the path


def snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)


class TestTheTable:
    def test_every_call_of_the_contract_is_in_it(self) -> None:
        assert {operation["operationId"] for _, _, operation in operations(TOLL_FREE)} == set(NAMES)
        assert set(NAMES.values()) == set(OURS)

    @pytest.mark.parametrize(("path", "method", "theirs"), list(operations(TOLL_FREE)))
    def test_paths_methods_and_what_may_be_repeated(
        self, path: str, method: str, theirs: dict[str, dict[str, bool]]
    ) -> None:
        ours = OURS[NAMES[str(theirs["operationId"])]]
        assert re.sub(r"{\w+}", "{}", ours.path) == re.sub(r"{\w+}", "{}", path)
        assert (ours.method, ours.safe) == (method.upper(), theirs["x-retry"]["safe-after-timeout"])
        assert ours.source == str(theirs["x-source"])
        refusal = ours.errors.refusal(429, "")
        assert (refusal.applied, refusal.transient) == (Applied.NO, ours.safe)


class TestModels:
    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (TollFreeStatus, enum("TfnVerificationStatus")),
            (BusinessType, REQUEST["properties"]["businessType"]["enum"]),
        ],
    )
    def test_enums_are_the_contracts(self, ours: type[OpenEnum], theirs: list[str]) -> None:
        assert [member.value for member in ours] == theirs

    def test_volumes_are_the_contracts(self) -> None:
        assert (
            f"one of {', '.join(MESSAGE_VOLUMES)}." in REQUEST["properties"]["messageVolume"]["description"]
        )

    @pytest.mark.parametrize(
        ("schema", "model"),
        [
            ("TfnVerification", TollFreeVerification),
            ("TfnVerificationList", TollFreeList),
            ("TfnUseCases", TollFreeUseCases),
            ("CreateTfnVerificationResponse", CreatedTollFree),
        ],
    )
    def test_every_member_of_the_contract_is_typed(self, schema: str, model: type[Any]) -> None:
        names = CONTRACT["components"]["schemas"][schema]["properties"]
        for name in names:
            with pytest.raises(DecodeError) as caught:  # what is not typed is kept, whatever it is
                make_converter().structure({"tfnVerificationId": "v1", name: object()}, model)
            assert caught.value.path == name
        assert len(set(attrs.fields_dict(model)) - {"extra"}) == len(names)

    def test_a_draft_has_every_member_of_the_contract(self) -> None:
        fields = attrs.fields_dict(TollFreeDraft)
        assert set(fields) == {snake(name) for name in REQUEST["properties"] if name not in NEVER_SENT}
        required = {name for name, field in fields.items() if field.default is attrs.NOTHING}
        assert required == set(map(snake, REQUEST["required"]))

    @pytest.mark.parametrize(
        ("operation", "status", "body"),
        [
            pytest.param(op, status, body, id=f"{op}-{status}-{name}")
            for op, status, name, body in ALL_ANSWERS
        ],
    )
    def test_every_example_comes_out_as_it_went_in(self, operation: str, status: str, body: Any) -> None:
        if status == "200":
            result = OURS[NAMES[operation]].result
            assert result is not None
            assert same(again(body, result), body)
        else:
            told = ERRORS.parse(Response(status=int(status), headers={}, body=json.dumps(body).encode()))
            assert told.message == body["error"]["message"]

    def test_our_body_is_the_contracts(self) -> None:
        converter = make_converter()
        assert converter.unstructure(converter.structure(EXAMPLE, TollFreeDraft)) == EXAMPLE

    def test_no_secret_shows(self) -> None:
        secret = "canary-token"
        made: TollFreeVerification = make_converter().structure(
            {"tfnVerificationId": "v1", "campaignVerifyAuthorizationToken": secret, "token": secret},
            TollFreeVerification,
        )
        shown = f"{made!r} {made} {draft(campaign_verify_authorization_token=secret)!r}"
        assert secret not in shown
        with pytest.raises(InvalidInputError) as caught:
            draft(campaign_verify_authorization_token=secret * 100)
        assert secret not in str(caught.value)


class TestDrafts:
    @pytest.mark.parametrize(
        "name",
        [
            name
            for name, member in REQUEST["properties"].items()
            if "maxLength" in member and name not in NEVER_SENT and "enum" not in member
        ],
    )
    def test_lengths_are_the_contracts(self, name: str) -> None:
        longest = REQUEST["properties"][name]["maxLength"]
        start = {"businessContactEmail": "a@b.example", "messageVolume": "10"}.get(name, "https://x.example/")
        fits = {snake(name): start + "x" * (longest - len(start))}
        if name != "messageVolume":
            draft(**fits)
        with pytest.raises(
            InvalidInputError, match=f"{snake(name)}: {longest + 1:,} characters, at most {longest:,}"
        ):
            draft(**{snake(name): fits[snake(name)] + "x"})

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"phone_number": "8885550137"}, "phone_number: must be E.164"),
            ({"business_contact_phone": "+0"}, "business_contact_phone: must be E.164"),
            ({"terms_and_conditions_url": "http://x.example"}, "terms_and_conditions_url: must start with"),
            ({"privacy_policy_url": None}, "privacy_policy_url: must start with"),
            ({"message_volume": "12"}, "message_volume: must be one of 10, 100"),
            ({"business_type": "LLC"}, "business_type: must be one of SOLE_PROPRIETOR"),
            ({"business_contact_email": "jane"}, "business_contact_email: must be a mail address"),
            ({"opt_in_workflow_image_urls": ("https://x.example",) * 11}, "11 addresses, at most 10"),
            ({"opt_in_workflow_image_urls": ("x" * 1001,)}, "an address of more than 1,000 characters"),
            ({"opt_in_workflow_image_urls": "https://x.example"}, "must be a tuple"),
        ],
    )
    def test_published_limits(self, changes: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidInputError, match=re.escape(told)):
            draft(**changes)

    def test_all_problems_at_once(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            draft(phone_number="1", message_volume="1", business_name="x" * 501)
        assert [part.partition(":")[0] for part in str(caught.value).split("; ")] == [
            "business_name",
            "phone_number",
            "message_volume",
        ]


@pytest.mark.anyio
class TestCalls:
    async def test_a_verification_from_submit_to_the_end(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        id = await sinch.toll_free.submit(draft(campaign_verify_authorization_token="canary-token"))
        sent = json.loads(last(sandbox, "createTfnVerification").request_body)
        assert sent == EXAMPLE | {"campaignVerifyAuthorizationToken": "canary-token"}
        made = await sinch.toll_free.get(id)
        assert (made.status, made.phone_number) == (TollFreeStatus.WAITING, "+18885550137")
        assert made.created_at == datetime(2026, 4, 10, 8, tzinfo=UTC)
        assert sinch.converter.unstructure(made) == json.loads(sandbox.exchanges[-1].response_body)
        sandbox.clock.advance(10)
        assert (await sinch.toll_free.get(id)).status is TollFreeStatus.VERIFIED
        for exchange in sandbox.exchanges:
            check(exchange)

    async def test_a_refused_one_says_why(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.tollfree.seed(1, status="REJECTED")
        found = await sinch.toll_free.get(id)
        [note] = found.notes
        assert (found.status, note.note) == (TollFreeStatus.REJECTED, last_note(sandbox))

    async def test_lists(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        ids = sandbox.sinch.tollfree.seed(5)
        sandbox.sinch.tollfree.seed(2, status="REJECTED")
        pager = sinch.toll_free.list(statuses="VERIFIED", page_size=2, order_by="createTime")
        assert sandbox.exchanges == []
        assert {found.id async for found in pager} == set(ids)
        assert sandbox.stats.requests["listTfnVerifications"] == 3
        both = sinch.toll_free.list(statuses=[TollFreeStatus.VERIFIED, "REJECTED"])
        assert len([found async for found in both]) == 7
        assert last(sandbox, "listTfnVerifications").target.endswith("?statuses=VERIFIED&statuses=REJECTED")
        one = await sinch.toll_free.get(ids[0])
        same_use = sinch.toll_free.list(use_case=one.use_case)
        assert ids[0] in {found.id async for found in same_use}
        for exchange in sandbox.exchanges:
            check(exchange)

    async def test_use_cases(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        assert "Delivery Notifications" in await sinch.toll_free.use_cases()
        check(sandbox.exchanges[-1])

    async def test_an_id_that_is_another_call(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        for id in ("useCases", "", "..", "a\nb"):
            with pytest.raises(InvalidInputError):
                await sinch.toll_free.get(id)
        odd: list[dict[str, Any]] = [{"statuses": ()}, {"page_size": 0}]
        for filters in odd:
            with pytest.raises(InvalidInputError):
                sinch.toll_free.list(**filters)
        assert sandbox.exchanges == []

    async def test_refusals(self, sinch: SinchBackend) -> None:
        with pytest.raises(NotFoundError):
            await sinch.toll_free.get("01k6p0r7wqe2m8s4t1v9y3x5zb")
        with pytest.raises(InvalidRequestError, match="use_case: Invalid use_case"):
            await sinch.toll_free.submit(draft(use_case="Gossip"))

    @pytest.mark.parametrize(
        "wrong",
        [draft(business_name=5), draft(use_case="\ud800"), draft(opt_in_workflow_image_urls=(5,)), EXAMPLE],
    )
    async def test_members_of_the_wrong_kind(self, sinch: SinchBackend, sandbox: Sandbox, wrong: Any) -> None:
        with pytest.raises(InvalidInputError, match="TollFreeDraft"):
            await sinch.toll_free.submit(wrong)
        assert sandbox.exchanges == []

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (drop, OutcomeUnknownError),
            (reply(500), OutcomeUnknownError),
            (reply(200, b"{}"), OutcomeUnknownError),
            (reply(429), RateLimitError),
        ],
    )
    async def test_one_request_and_no_more(
        self, clock: SharedClock, answer: Step, error: type[Exception]
    ) -> None:
        async with WireServer(answer, reply(200, b'{"tfnVerificationId":"v1"}')) as server:
            async with basic(server, clock) as sinch:
                with pytest.raises(error):
                    await sinch.toll_free.submit(draft())
            assert len(server.requests) == 1


def last_note(sandbox: Sandbox) -> str:
    [note] = json.loads(sandbox.exchanges[-1].response_body)["notes"]
    return str(note["note"])
