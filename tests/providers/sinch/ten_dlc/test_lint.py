"""Findings on drafts: limits held against the contract and the sandbox, known causes of rejection one by one."""

from __future__ import annotations

import asyncio
import copy
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError, UnsupportedVerbError
from campaign_reg.models.finding import Finding, Severity
from campaign_reg.providers.sinch.ten_dlc import lint as rules
from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.providers.sinch.ten_dlc.lint import limits, lint
from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft, UseCase
from campaign_reg.sandbox import Sandbox
from campaign_reg.wire.codec import camel
from tests.support.vendors.sinch_client import CREATE_BODY, Api
from tests.support.vendors.sinch_contract import CONTRACT, enum, requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend

CONVERTER = make_converter()
SCHEMA = CONTRACT["components"]["schemas"]["CreateCampaignRequest"]["properties"]
[(_, EXAMPLE)] = requests("createCampaign")
# What a draft needs to please every reviewer that words can please.
GOOD: CampaignDraft = CONVERTER.structure(EXAMPLE, CampaignDraft)
MIXED = (UseCase.MARKETING, UseCase.DELIVERY_NOTIFICATION)


def wire(name: str) -> str:
    return name if name.endswith("_link") and name != "embedded_link" else camel(name)


def found(severity: Severity, **changes: Any) -> set[tuple[str, str]]:
    """Code and field of each finding of a kind on the good draft, changed."""
    findings = lint(attrs.evolve(GOOD, **changes))
    return {(finding.code, finding.field) for finding in findings if finding.severity is severity}


def errors(**changes: Any) -> set[tuple[str, str]]:
    return found(Severity.ERROR, **changes)


def advice(**changes: Any) -> set[tuple[str, str]]:
    return found(Severity.ADVICE, **changes)


class TestGoodDrafts:
    def test_the_contracts_example_is_faultless(self) -> None:
        assert lint(GOOD) == ()

    def test_the_sandboxs_body_passes(self) -> None:
        findings = lint(CONVERTER.structure(CREATE_BODY, CampaignDraft))
        assert {finding.severity for finding in findings} == {Severity.ADVICE}

    def test_each_finding_tells_all(self) -> None:
        bad = attrs.evolve(GOOD, brand_id="x", description="", sample1="", use_case=UseCase("GOSSIP"))
        for finding in lint(bad):
            assert isinstance(finding, Finding)
            assert finding.code
            assert finding.field in attrs.fields_dict(CampaignDraft)
            assert finding.text
            assert finding.advice

    def test_what_is_refused_comes_first(self) -> None:
        kinds = [finding.severity for finding in lint(attrs.evolve(GOOD, sample1="", description="We text."))]
        assert kinds == sorted(kinds, key=[Severity.ERROR, Severity.ADVICE].index)
        assert len(set(kinds)) == 2


class TestLimits:
    def test_lengths_are_the_contracts(self) -> None:
        limited = {name: member for name, member in SCHEMA.items() if "maxLength" in member}
        del limited["brandId"]  # its form says more
        ours = {wire(name): bounds for name, bounds in rules.LENGTHS.items()}
        assert ours == {name: (m.get("minLength", 0), m["maxLength"]) for name, m in limited.items()}

    def test_flags_are_the_contracts(self) -> None:
        theirs = {name for name, member in SCHEMA.items() if member.get("type") == "boolean"}
        assert {wire(name) for name in rules.FLAGS} == theirs

    def test_sub_use_cases_are_the_contracts(self) -> None:
        assert sorted(rules.SUB_USE_CASES) == sorted(enum("CampaignSubUseCase"))
        assert SCHEMA["subUseCases"]["maxItems"] == rules.MOST_PURPOSES

    @pytest.mark.parametrize("name", rules.LENGTHS)
    def test_to_the_character(self, name: str) -> None:
        shortest, longest = rules.LENGTHS[name]
        assert errors(**{name: "É" * shortest}) == set()
        assert errors(**{name: "É" * longest}) == set()
        assert errors(**{name: "É" * (longest + 1)}) == {("too-long", name)}
        if shortest:
            assert errors(**{name: "É" * (shortest - 1)}) == {("too-short", name)}

    @pytest.mark.parametrize(
        "brand_id", ["", "B", "bHL7Q2X", "CHL7Q2X", "BHL7Q2X45", "BHL 7", "BÉ", "BHL7Q2X\n"]
    )
    def test_brand_ids(self, brand_id: str) -> None:
        assert errors(brand_id=brand_id) == {("brand-id", "brand_id")}
        assert not re.search(SCHEMA["brandId"]["pattern"] + r"\Z", brand_id) or len(brand_id) > 8

    @pytest.mark.parametrize(
        "value",
        ["START, YES", "START,,YES", ",START", "START,", "START YES", " ", "start", "Start,YES", "A\nB"],
    )
    @pytest.mark.parametrize("name", rules.KEYWORDS)
    def test_keywords(self, name: str, value: str) -> None:
        assert errors(**{name: value}) == {("keywords", name)}

    @pytest.mark.parametrize("value", ["START", "START,JA,1", "ÑAME", ""])
    def test_good_keywords(self, value: str) -> None:
        assert errors(optin_keywords=value) == set()

    @pytest.mark.parametrize(
        ("use_case", "purposes", "is_wrong"),
        [
            (UseCase.MIXED, (), True),
            (UseCase.MIXED, MIXED[:1], True),
            (UseCase.MIXED, MIXED[:1] * 2, True),
            (UseCase.MIXED, MIXED, False),
            ("MIXED", ["MARKETING", "2FA"], False),
            (UseCase.MIXED, sorted(rules.SUB_USE_CASES)[:5], False),
            (UseCase.MIXED, sorted(rules.SUB_USE_CASES)[:6], True),
            (UseCase.LOW_VOLUME, sorted(rules.SUB_USE_CASES)[:6], True),
            (UseCase.LOW_VOLUME, (), False),
            (UseCase.LOW_VOLUME, (UseCase.CHARITY,), True),
            (UseCase.MIXED, (UseCase.MARKETING, UseCase("GOSSIP")), True),
            (UseCase.MIXED, (UseCase.MARKETING, None), True),
        ],
    )
    def test_sub_use_cases(self, use_case: UseCase, purposes: Any, is_wrong: bool) -> None:
        assert bool(errors(use_case=use_case, sub_use_cases=purposes)) is is_wrong

    @pytest.mark.parametrize("use_case", ["", "GOSSIP", None, 5, []])
    def test_use_cases(self, use_case: Any) -> None:
        assert errors(use_case=use_case) == {("use-case", "use_case")}

    @pytest.mark.parametrize("name", ["brand_id", *rules.LENGTHS])
    @pytest.mark.parametrize("value", [5, b"text", ["text"], "\ud800" * 40])
    def test_what_is_no_text(self, name: str, value: Any) -> None:
        assert ("wrong-kind", name) in errors(**{name: value})

    @pytest.mark.parametrize("name", rules.FLAGS)
    @pytest.mark.parametrize("value", [None, 0, 1, "true"])
    def test_what_is_no_flag(self, name: str, value: Any) -> None:
        assert errors(**{name: value}) == {("wrong-kind", name)}

    def test_what_must_be_there(self) -> None:
        optional = {"sample4", "terms_and_conditions_link", "privacy_policy_link"}
        for name in rules.LENGTHS:
            assert errors(**{name: None}) == (set() if name in optional else {("wrong-kind", name)})

    @pytest.mark.parametrize(
        "text", ["see https://x.example/t", "SEE HTTP://x.example", "see www.x.example now"]
    )
    def test_links_that_the_flag_denies(self, text: str) -> None:
        text = f"Harbor Lane: {text} Reply STOP to stop."
        assert ("embedded-link", "sample2") in errors(sample2=text, embedded_link=False)
        assert errors(sample2=text, embedded_link=True) == set()
        # Only samples show what messages hold: the answer to HELP may name a page.
        assert errors(sample1=GOOD.sample3, help_message=text, embedded_link=False) == set()

    @pytest.mark.parametrize(
        "number",
        [
            "+1 312 555 0142",
            "+13125550142",
            "312-555-0142",
            "(312) 555-0142",
            "1-800-555-0100",
            "+1.312.555.0142",
        ],
    )
    def test_phone_numbers_that_the_flag_denies(self, number: str) -> None:
        text = f"Harbor Lane: call {number}. Reply STOP to stop."
        assert errors(sample2=text, embedded_phone=False) == {("embedded-phone", "sample2")}
        assert errors(sample2=text, embedded_phone=True) == set()

    @pytest.mark.parametrize(
        "words",
        [
            "order 48213",
            "2026-03-04 14:02",
            "$1,000.00",
            "+100 000 000 points",
            "code 493027",
            "A-312-555-0142",
            "312-555-01423",
        ],
    )
    def test_other_numbers(self, words: str) -> None:
        assert errors(sample2=f"Harbor Lane: {words}. Reply STOP to stop.", embedded_phone=False) == set()


class TestAdvice:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            # who sends
            (
                {"description": "We send texts to customers about their orders, weekly."},
                ("sender", "description"),
            ),
            ({"sample2": "Your order is out for delivery. Reply STOP to stop."}, ("brand-name", "sample2")),
            ({"stop_message": "You are unsubscribed and get no more texts."}, ("brand-name", "stop_message")),
            # samples
            ({"sample2": "Harbor Lane: order 48213 is out for delivery."}, ("opt-out", "sample2")),
            (
                {"sample2": "Harbor Lane: order {order_id} is out. Reply STOP to stop."},
                ("placeholder", "sample2"),
            ),
            ({"sample2": "Harbor Lane: hi {{name}}. Reply STOP to stop."}, ("placeholder", "sample2")),
            ({"sample3": ""}, ("sample-count", "sample3")),
            ({"sample3": GOOD.sample2}, ("sample-count", "sample2")),
            (
                {"use_case": UseCase.MIXED, "sub_use_cases": tuple(sorted(rules.SUB_USE_CASES)[:4])},
                ("sample-count", "sample4"),
            ),
            ({"sub_use_cases": MIXED}, ("sub-use-cases", "sub_use_cases")),
            # messages
            (
                {"opt_in_message": "Harbor Lane: welcome! HELP for help, STOP to stop."},
                ("frequency", "opt_in_message"),
            ),
            (
                {"opt_in_message": "Harbor Lane: welcome! HELP for help, STOP to stop."},
                ("rates", "opt_in_message"),
            ),
            ({"opt_in_message": "Harbor Lane: welcome! STOP to stop."}, ("help", "opt_in_message")),
            ({"opt_in_message": "Harbor Lane: welcome! HELP for help."}, ("opt-out", "opt_in_message")),
            ({"help_message": "Harbor Lane: write to x@harborlane.example."}, ("opt-out", "help_message")),
            (
                {"help_message": "Harbor Lane: we are here to help. STOP to stop."},
                ("contact", "help_message"),
            ),
            ({"stop_message": "Harbor Lane: thank you very much, goodbye."}, ("goodbye", "stop_message")),
            # opting in
            (
                {"message_flow": "Harbor Lane sends order texts from its website to shoppers everywhere."},
                ("consent", "message_flow"),
            ),
            (
                {"message_flow": "Shoppers agree to get texts before they place their order with us."},
                ("opt-in", "message_flow"),
            ),
            (
                {"message_flow": "Shoppers tick a consent box on our website before placing an order."},
                ("opt-in-page", "message_flow"),
            ),
            # links and phones
            ({"sample1": GOOD.sample2 + " Thanks"}, ("embedded-link", "embedded_link")),
            (
                {
                    "sample1": "Harbor Lane: see harborlane.example/t/1. Reply STOP to stop.",
                    "embedded_link": False,
                },
                ("embedded-link", "sample1"),
            ),
            (
                {"sample1": "Harbor Lane: see https://bit.ly/3xYz. Reply STOP to stop."},
                ("link-shortener", "sample1"),
            ),
            (
                {"help_message": "Harbor Lane: tinyurl.com/hl. Reply STOP to stop."},
                ("link-shortener", "help_message"),
            ),
            ({"embedded_phone": True}, ("embedded-phone", "embedded_phone")),
            ({"sample2": "Harbor Lane: call 3125550142. Reply STOP to stop."}, ("embedded-phone", "sample2")),
            ({"sample2": "Harbor Lane: call +44 20 7946 0018. STOP to stop."}, ("embedded-phone", "sample2")),
            # policies
            ({"terms_and_conditions_link": None}, ("policy-link", "terms_and_conditions_link")),
            ({"privacy_policy_link": ""}, ("policy-link", "privacy_policy_link")),
            ({"privacy_policy_link": "on request"}, ("policy-link", "privacy_policy_link")),
            # flags
            ({"description": GOOD.description + " Wine and beer."}, ("age-gated", "age_gated")),
            (
                {"sample2": "Harbor Lane: your loan is approved. STOP to stop."},
                ("direct-lending", "direct_lending"),
            ),
            (
                {"sample2": "Harbor Lane: offers of our partners. STOP to stop."},
                ("affiliate-marketing", "affiliate_marketing"),
            ),
            ({"subscriber_opt_out": False}, ("subscriber", "subscriber_opt_out")),
            ({"subscriber_help": False}, ("subscriber", "subscriber_help")),
            ({"optout_keywords": "QUIT,END"}, ("keywords", "optout_keywords")),
            ({"help_keywords": "INFO"}, ("keywords", "help_keywords")),
        ],
    )
    def test_a_known_cause_of_rejection(self, changes: Mapping[str, Any], expected: tuple[str, str]) -> None:
        assert expected in advice(**changes)
        assert errors(**changes) == set()

    @pytest.mark.parametrize(
        "changes",
        [
            {"sample2": "HARBOR LANE: order 48213 is out for delivery. Reply QUIT to stop."},
            {"sample2": "Harbor Lane's van is near. Reply END to end."},
            {"sample3": "Harbor: it was delivered.Reply STOP to stop."},
            {"message_flow": "Shoppers text JOIN to 555888 to get order updates from Harbor Lane."},
            {
                "message_flow": "Patients agree on a paper slip at the counter of Harbor Lane's shop, and sign up."
            },
            {
                "opt_in_message": "Harbor Lane: 4 msgs/month, message rates apply. HELP for help, STOP to stop."
            },
            {"help_message": "Harbor Lane: see harborlane.example/help. Reply STOP to stop."},
            {"stop_message": "Harbor Lane: you won't get any texts from now on."},
            {"optin_keywords": "", "optout_keywords": "", "help_keywords": ""},
            {"use_case": UseCase.MIXED, "sub_use_cases": MIXED},
            {"use_case": UseCase.MIXED, "sub_use_cases": (*MIXED, UseCase.CUSTOMER_CARE)},
            {
                "sample1": "Harbor Lane: write to jane.doe@harborlane.example. Reply STOP to stop.",
                "embedded_link": False,
            },
            {"description": GOOD.description + " Wine and beer.", "age_gated": True},
        ],
    )
    def test_nothing_to_say(self, changes: Mapping[str, Any]) -> None:
        assert lint(attrs.evolve(GOOD, **changes)) == ()


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.binary(max_size=3),
    st.text(st.characters(), max_size=60),
    st.sampled_from([["MARKETING", []], {"a": 1}, "\ud800", "{" * 3000, "a." * 3000, "+1 " * 2000, object()]),
)


@given(st.fixed_dictionaries(dict.fromkeys(attrs.fields_dict(CampaignDraft), ODD)))
def test_lint_never_raises_and_changes_nothing(members: dict[str, Any]) -> None:
    draft = CampaignDraft(**members)
    before = copy.copy(vars(draft)), repr(draft)
    findings = lint(draft)
    assert (vars(draft), repr(draft)) == before
    assert lint(draft) == findings
    assert any(finding.severity is Severity.ERROR for finding in findings)


TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([0, 19, 20, 39, 40, 128, 129, 255, 256, 1024, 1025, 2049, 4096, 4097]).map("é".__mul__),
)
PURPOSES = st.lists(st.sampled_from([*sorted(rules.SUB_USE_CASES), "CHARITY"]), max_size=7).map(tuple)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(rules.LENGTHS, TEXTS),
    **dict.fromkeys(rules.FLAGS, st.booleans()),
    "brand_id": st.sampled_from(["BHL7Q2X", "bHL7Q2X", "B", "BHL7Q2X99", ""]),
    "use_case": st.sampled_from([*UseCase, "GOSSIP"]),
    "sub_use_cases": PURPOSES,
}
DRAFTS = st.lists(
    st.sampled_from(sorted(CHANGES)).flatmap(lambda name: st.tuples(st.just(name), CHANGES[name])), max_size=3
).map(lambda changes: attrs.evolve(GOOD, **dict(changes)))


async def answers(drafts: list[CampaignDraft]) -> list[int]:
    """What the sandbox answers to each draft, sent past our own checks."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        api = Api(session, sandbox)
        path = "/campaignRegistrations:submit"
        return [(await api.call("POST", path, json=CONVERTER.unstructure(draft))).status for draft in drafts]


@settings(max_examples=12, deadline=None)
@given(st.lists(DRAFTS, min_size=10, max_size=20))
def test_what_has_no_error_is_taken(drafts: list[CampaignDraft]) -> None:
    for draft, status in zip(drafts, asyncio.run(answers(drafts)), strict=True):
        assert status == 200 or limits(draft), draft


@pytest.mark.anyio
class TestOnTheBackend:
    async def test_a_create_with_errors_is_refused_with_all_of_them(
        self, sinch: SinchBackend, sandbox: Sandbox
    ) -> None:
        bad = attrs.evolve(GOOD, description="too short", optin_keywords="yes, no")
        with pytest.raises(InvalidInputError) as caught:
            await sinch.create(bad)
        assert str(caught.value) == (
            "description: has 9 characters, 40 at least are needed - say more; optin_keywords: is no list of "
            "upper-case words joined by commas, without blanks - write them like START,YES"
        )
        with pytest.raises(InvalidInputError, match="description: has 9"):
            sinch.check(Verb.CREATE, None, bad)
        assert sandbox.exchanges == []

    async def test_advice_holds_nothing_back(self, sinch: SinchBackend, sandbox: Sandbox) -> None:
        draft = attrs.evolve(GOOD, privacy_policy_link=None)
        assert [finding.severity for finding in sinch.lint("create", draft)] == [Severity.ADVICE]
        await sinch.create(draft)
        [entry] = sandbox.ledger.entries
        assert "privacy_policy_link" not in entry.params
        assert dict(entry.params) | {"privacy_policy_link": EXAMPLE["privacy_policy_link"]} == EXAMPLE | {
            "subUseCases": []
        }

    async def test_from_a_mapping(self, sinch: SinchBackend) -> None:
        assert sinch.lint(Verb.CREATE, sinch.check(Verb.CREATE, None, GOOD)) == ()

    async def test_other_verbs_have_none(self, sinch: SinchBackend) -> None:
        assert sinch.lint(Verb.RESUBMIT, {"mnos": ["ATT"]}) == ()
        assert sinch.lint("delete") == ()
        with pytest.raises(InvalidInputError):
            sinch.lint(Verb.RESUBMIT, {"mnos": []})
        with pytest.raises(UnsupportedVerbError):
            sinch.lint(Verb.RENEW, None)
