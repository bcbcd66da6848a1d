"""Brands: models and table held against the contract, calls over real sockets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import Applied, OpenEnum
from campaign_reg.errors import (
    DecodeError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.ten_dlc import brand_operations
from campaign_reg.providers.sinch.ten_dlc.brand_models import (
    Brand,
    BrandChange,
    BrandDraft,
    BrandEntityType,
    BrandFeedback,
    BrandList,
    BrandRegistrationType,
    BrandStatus,
    BrandVertical,
    CompanyDetails,
    ContactDetails,
    CreatedBrand,
    FinancialDetails,
    IdentityStatus,
    Vetting,
    VettingList,
    VettingStatus,
)
from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.wire.message import Response
from campaign_reg.wire.operation import Operation
from tests.support.vendors.contracts import check
from tests.support.vendors.sinch_backend import basic, last
from tests.support.vendors.sinch_contract import BRANDS, CONTRACT, answers, enum, operations, requests
from tests.support.vendors.sinch_json import again, same
from tests.support.wire_server import Step, WireServer, drop, reply, reset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
    from campaign_reg.providers.sinch.ten_dlc.brands import Brands
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

OURS = {name: value for name, value in vars(brand_operations).items() if isinstance(value, Operation)}
NAMES = {
    "createBrand": "SUBMIT",
    "listBrands": "LIST",
    "getBrand": "GET",
    "updateBrand": "UPDATE",
    "getBrandFeedback": "FEEDBACK",
    "getBrandByTcrId": "GET_BY_TCR_ID",
    "upgradeBrand": "UPGRADE",
    "getBrandVettingInfo": "VETTINGS",
    "resendBrand2faEmail": "RESEND_2FA_EMAIL",
}
ALL_ANSWERS = list(answers(part=BRANDS))
NOBODY = "01k3w9m2rqfz7t0h5yvd8c6xan"
[(_, EXAMPLE)] = requests("createBrand", BRANDS)
ANSWER = b'{"brandRegistrationId":"b1"}'


def draft(**changes: Any) -> BrandDraft:
    made: BrandDraft = make_converter().structure(EXAMPLE, BrandDraft)
    return attrs.evolve(made, **changes)


class TestTheTable:
    def test_every_call_of_the_contract_is_in_it(self) -> None:
        assert {operation["operationId"] for _, _, operation in operations(BRANDS)} == set(NAMES)
        assert set(NAMES.values()) == set(OURS)

    @pytest.mark.parametrize(("path", "method", "theirs"), list(operations(BRANDS)))
    def test_paths_methods_and_what_may_be_repeated(
        self, path: str, method: str, theirs: dict[str, dict[str, bool]]
    ) -> None:
        ours = OURS[NAMES[str(theirs["operationId"])]]
        assert re.sub(r"{\w+}", "{}", ours.path) == re.sub(r"{\w+}", "{}", path)
        assert (ours.method, ours.safe) == (method.upper(), theirs["x-retry"]["safe-after-timeout"])
        assert ours.source == str(theirs["x-source"])

    @pytest.mark.parametrize("ours", OURS.values(), ids=OURS)
    def test_a_429_is_not_applied_and_repeats_only_reads(self, ours: Operation) -> None:
        refusal = ours.errors.refusal(429, "")
        assert (refusal.applied, refusal.transient) == (Applied.NO, ours.safe)
        assert all(ours.errors.refusal(status, "").applied is Applied.MAYBE for status in (500, 503, 409))


class TestModels:
    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (BrandStatus, "BrandRegistrationStatus"),
            (BrandRegistrationType, "BrandRegistrationType"),
            (BrandEntityType, "BrandEntityType"),
            (BrandVertical, "BrandVerticalType"),
            (VettingStatus, "VettingStatus"),
        ],
    )
    def test_enums_are_the_contracts(self, ours: type[OpenEnum], theirs: str) -> None:
        assert [member.value for member in ours] == enum(theirs)

    def test_identities_are_those_that_the_contract_tells_of(self) -> None:
        told = CONTRACT["components"]["schemas"]["IdentityStatus"]["description"]
        assert all(member.value in told for member in IdentityStatus)

    @pytest.mark.parametrize(
        ("schema", "model"),
        [
            ("BrandRegistration", Brand),
            ("CompanyDetails", CompanyDetails),
            ("FinancialDetails", FinancialDetails),
            ("ContactDetails", ContactDetails),
            ("BrandList", BrandList),
            ("BrandFeedback", BrandFeedback),
            ("VettingInfo", Vetting),
            ("VettingInfoResponse", VettingList),
            ("CreateBrandRequest", BrandDraft),
            ("UpdateBrandRequest", BrandChange),
            ("CreateBrandResponse", CreatedBrand),
        ],
    )
    def test_every_member_of_the_contract_is_typed(self, schema: str, model: type[Any]) -> None:
        names = CONTRACT["components"]["schemas"][schema]["properties"]
        for name in names:
            with pytest.raises(DecodeError) as caught:  # what is not typed is kept, whatever it is
                make_converter().structure({"brandRegistrationId": "b1", name: object()}, model)
            assert caught.value.path == name
        assert len(set(attrs.fields_dict(model)) - {"extra"}) == len(names)

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
            assert told.code == body["error"].get("status", "")

    def test_only_the_mail_has_no_example(self) -> None:
        assert {op for op, status, _, _ in ALL_ANSWERS if status == "200"} == set(NAMES) - {
            "resendBrand2faEmail"
        }

    @pytest.mark.parametrize(
        ("operation", "model"), [("createBrand", BrandDraft), ("updateBrand", BrandChange)]
    )
    def test_our_bodies_are_the_contracts(self, operation: str, model: type[Any]) -> None:
        converter = make_converter()
        for _, body in requests(operation, BRANDS):
            assert converter.unstructure(converter.structure(body, model)) == body

    def test_what_is_new_is_kept(self) -> None:
        body = {
            "brandRegistrationId": "b1",
            "brandRegistrationStatus": "ON_HOLD",
            "companyDetails": {"companyName": None, "duns": 5},
            "trust": {"score": [1]},
        }
        brand: Brand = make_converter().structure(body, Brand)
        assert brand.brand_registration_status == "ON_HOLD"
        assert brand.extra == {"trust": {"score": [1]}}
        assert same(again(body, Brand), body)

    @given(st.dictionaries(st.sampled_from(sorted(EXAMPLE)), st.none() | st.integers() | st.text()))
    def test_odd_brands_are_read_or_refused_by_type(self, odd: dict[str, Any]) -> None:
        body = {"brandRegistrationId": "b1", **odd}
        wrong = {
            name
            for name, value in odd.items()
            if value is not None and type(value) is not type(EXAMPLE[name])
        }
        if wrong:
            with pytest.raises(DecodeError) as caught:
                again(body, Brand)
            assert caught.value.path in wrong
        else:
            assert same(again(body, Brand), body)

    def test_no_secret_shows(self) -> None:
        vetting = Vetting(vetting_token="canary-token", extra={"vettingToken2": "canary-token"})
        finances = FinancialDetails(
            brand_entity_type=BrandEntityType.PRIVATE, tax_id_corporate="12-canary-token"
        )
        assert "canary" not in f"{vetting!r} {vetting} {finances!r} {draft(financial_details=finances)!r}"


class TestDrafts:
    def test_the_legal_form_has_to_be_said(self) -> None:
        for details in (FinancialDetails(tax_id_country="US"), None, "PRIVATE"):
            with pytest.raises(InvalidInputError, match="brand_entity_type is missing"):
                draft(financial_details=details)

    @pytest.mark.parametrize(
        "kind", [BrandRegistrationType.UNSPECIFIED, "", "BRAND_REGISTRATION_TYPE_UNSPECIFIED"]
    )
    def test_so_has_the_price(self, kind: Any) -> None:
        with pytest.raises(InvalidInputError, match="say SIMPLIFIED or FULL"):
            draft(brand_registration_type=kind)


@pytest.mark.anyio
class TestReads:
    async def test_a_brand_as_the_vendor_holds_it(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1)
        brand = await sinch.brands.get(id)
        assert (brand.id, brand.brand_registration_status) == (id, BrandStatus.APPROVED)
        assert json.loads(sandbox.exchanges[-1].response_body) == sinch.converter.unstructure(brand)
        assert brand.tcr_id is not None
        assert await sinch.brands.get_by_tcr_id(brand.tcr_id) == brand
        check(sandbox.exchanges[-1])

    async def test_nobody(self, sinch: SinchBackend) -> None:
        for read in (sinch.brands.get, sinch.brands.feedback, sinch.brands.vettings):
            with pytest.raises(NotFoundError):
                await read(NOBODY)
        with pytest.raises(NotFoundError):
            await sinch.brands.get_by_tcr_id("BNOBODY")
        with pytest.raises(InvalidRequestError):
            await sinch.brands.get_by_tcr_id("nobody")

    @pytest.mark.parametrize("id", ["", " ", "..", "a\nb", None, 5])
    async def test_ids_that_cannot_travel(self, sinch: SinchBackend, sandbox: Sandbox, id: Any) -> None:
        brands = sinch.brands
        company = CompanyDetails(company_name="Harbor Lane")
        for call in (
            brands.get,
            brands.get_by_tcr_id,
            brands.feedback,
            brands.upgrade,
            brands.vettings,
            brands.resend_2fa_email,
            lambda id: brands.update(id, company_details=company),
        ):
            with pytest.raises(InvalidInputError):
                await call(id)
        assert sandbox.exchanges == []

    async def test_a_rejected_brand_says_why(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1, status="REJECTED", registration_type="FULL")
        [reason] = await sinch.brands.feedback(id)
        [told] = json.loads(sandbox.exchanges[-1].response_body)["category"]
        assert (reason.code, reason.text) == (told["id"], told["description"])
        assert reason.field == ", ".join(told["fields"])
        assert reason.raw == told
        check(sandbox.exchanges[-1])

    async def test_nothing_to_say_of_a_good_one(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1)
        assert await sinch.brands.feedback(id) == ()

    async def test_vettings_in_one_state(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1, registration_type="FULL")
        [vetting] = await sinch.brands.vettings(id)
        assert vetting.vetting_status is VettingStatus.ACTIVE
        assert last(sandbox, "getBrandVettingInfo").target.endswith("?vettingStatus=ACTIVE")
        assert await sinch.brands.vettings(id, status="FAILED") == ()
        check(sandbox.exchanges[-1])


def page_of(*ids: str, token: str = "") -> bytes:
    brands = [{"brandRegistrationId": id} for id in ids]
    return reply(200, json.dumps({"brandRegistrations": brands, "nextPageToken": token}).encode())


@pytest.mark.anyio
class TestListing:
    async def test_every_brand_once(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        sandbox.sinch.brands.seed(45)
        pager = sinch.brands.list()
        assert sandbox.exchanges == []
        for _ in range(2):
            assert [brand.id async for brand in pager] == list(sandbox.sinch.brands.by_id)
        assert sandbox.stats.requests["listBrands"] == 6
        assert [page.total async for page in pager.pages()] == [50, 50, 50]

    @pytest.mark.parametrize(
        ("steps", "found", "asked"),
        [
            ([page_of("a", "b", token="t")] * 2, ["a", "b"], 2),
            ([page_of("a", "b", token=token) for token in "tuv"], ["a", "b"], 2),
            ([page_of("a", token="t"), page_of("b", token="u"), page_of("a", token="v")], ["a", "b"], 3),
            ([page_of("a", token="t"), page_of(token="u"), page_of("b")], ["a", "b"], 3),
            ([page_of(token="t"), page_of(token="u"), page_of("b")], ["b"], 3),
        ],
    )
    async def test_it_ends_where_a_page_repeats(
        self, clock: SharedClock, steps: list[Step], found: list[str], asked: int
    ) -> None:
        async with WireServer(*steps) as server, basic(server, clock) as sinch:
            assert [brand.id async for brand in sinch.brands.list()] == found
            assert len(server.requests) == asked
        assert server.requests[1].target.endswith("/brandRegistrations?pageToken=t")


@pytest.mark.anyio
class TestWrites:
    async def test_a_registration_and_its_review(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        id = await sinch.brands.submit(draft())
        assert json.loads(last(sandbox, "createBrand").request_body) == EXAMPLE
        assert (await sinch.brands.get(id)).brand_registration_status is BrandStatus.IN_PROGRESS
        sandbox.clock.advance(10)
        brand = await sinch.brands.get(id)
        assert brand.brand_registration_status is BrandStatus.APPROVED
        assert brand.company_details == draft().company_details
        for exchange in sandbox.exchanges:
            check(exchange)

    async def test_an_update_sends_only_what_is_given(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1)
        before = await sinch.brands.get(id)
        assert before.company_details is not None
        moved = attrs.evolve(before.company_details, web_address="https://www.harborlane.example")
        after = await sinch.brands.update(id, company_details=moved)
        sent = json.loads(last(sandbox, "updateBrand").request_body)
        assert sent == {"companyDetails": sinch.converter.unstructure(moved)}
        assert after == attrs.evolve(before, company_details=moved)
        check(sandbox.exchanges[-1])

    async def test_nothing_to_change(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        with pytest.raises(InvalidInputError, match="nothing to change"):
            await sinch.brands.update(NOBODY)
        with pytest.raises(InvalidInputError, match="brand_entity_type is missing"):
            await sinch.brands.update(NOBODY, financial_details=FinancialDetails(stock_symbol="HLS"))
        assert sandbox.exchanges == []

    async def test_an_upgrade(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1)
        brand = await sinch.brands.upgrade(id)
        assert brand.brand_registration_status is BrandStatus.UPGRADE
        assert last(sandbox, "upgradeBrand").request_body == b""
        check(sandbox.exchanges[-1])
        sandbox.clock.advance(10)
        assert (await sinch.brands.get(id)).brand_registration_status is BrandStatus.APPROVED

    async def test_the_mail_goes_by_the_bundle(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.brands.seed(1)
        bundle_id = sandbox.sinch.brands.by_id[id].bundle_id
        assert await sinch.brands.resend_2fa_email(bundle_id) is None  # type: ignore[func-returns-value]
        assert [entry.operation for entry in sandbox.ledger.entries] == ["resendBrand2faEmail"]
        with pytest.raises(PermissionDeniedError):
            await sinch.brands.resend_2fa_email(id)

    @pytest.mark.parametrize(
        "wrong",
        [
            draft(display_name=5),
            draft(company_details=CompanyDetails(city=5)),  # type: ignore[arg-type]
            draft(contact_details={"email": "jane.doe@harborlane.example"}),
            draft(contact_details=ContactDetails(email="\ud800")),
            draft(mock="yes"),
            EXAMPLE,
            None,
        ],
    )
    async def test_members_of_the_wrong_kind(self, sinch: SinchBackend, sandbox: Sandbox, wrong: Any) -> None:
        with pytest.raises(InvalidInputError, match="BrandDraft"):
            await sinch.brands.submit(wrong)
        assert sandbox.exchanges == []


SUBMISSION = draft()
WRITES: dict[str, Callable[[Brands], Awaitable[object]]] = {
    "submit": lambda brands: brands.submit(SUBMISSION),
    "update": lambda brands: brands.update("b1", contact_details=ContactDetails(first_name="Jane")),
    "upgrade": lambda brands: brands.upgrade("b1"),
    "resend": lambda brands: brands.resend_2fa_email("u1"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
class TestLostWrites:
    @pytest.mark.parametrize(
        "answer", [drop, reset, reply(500, b"{}"), reply(503, b"", Retry_After="0"), reply(409)]
    )
    async def test_one_request_and_no_more(
        self, clock: SharedClock, write: Callable[[Brands], Awaitable[object]], answer: Step
    ) -> None:
        async with WireServer(answer, *[reply(200, ANSWER)] * 3) as server, basic(server, clock) as sinch:
            with pytest.raises(OutcomeUnknownError, match="It may have been applied"):
                await write(sinch.brands)
            assert len(server.requests) == 1

    async def test_not_even_after_a_429(
        self, clock: SharedClock, write: Callable[[Brands], Awaitable[object]]
    ) -> None:
        steps = [reply(429, b'{"error":{"code":429,"message":"Over limit"}}'), reply(200, ANSWER)]
        async with WireServer(*steps) as server, basic(server, clock) as sinch:
            with pytest.raises(RateLimitError, match="Over limit"):
                await write(sinch.brands)
            assert len(server.requests) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body", [b"{}", b"<html>", b'{"brandRegistrationId":7}', b'{"brandRegistrationId":null}']
)
async def test_an_answer_without_an_id_proves_nothing(clock: SharedClock, body: bytes) -> None:
    async with WireServer(reply(200, body)) as server, basic(server, clock) as sinch:
        with pytest.raises(OutcomeUnknownError):
            await sinch.brands.submit(SUBMISSION)
        assert len(server.requests) == 1


@pytest.mark.anyio
async def test_reads_are_repeated(clock: SharedClock) -> None:
    steps = [reply(503, b"{}"), reply(200, ANSWER)]
    async with WireServer(*steps) as server, basic(server, clock) as sinch:
        assert (await sinch.brands.get("b1")).id == "b1"
        assert len(server.requests) == 2
    async with WireServer(*[reply(500, b"{}")] * 4) as server, basic(server, clock) as sinch:
        with pytest.raises(ServerError):
            await sinch.brands.get("b1")
