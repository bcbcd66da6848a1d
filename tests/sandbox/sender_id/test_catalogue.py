from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.sandbox.sender_id import policies as sender_id_policies
from campaign_reg.sandbox.sender_id.policies import FORM_ID, LETTER_ID, MANUAL, NEEDS_FORM, POLICIES
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def versions(api: Api, query: str = "") -> list[dict[str, Any]]:
    answer = await api.call("GET", f"/markets/details?{query}")
    return list(answer.document["marketVersions"])


def policies_in(tree: list[dict[str, Any]]) -> list[str]:
    found = []
    for answer in tree:
        found += [answer["policyId"]] if "policyId" in answer else []
        found += policies_in(answer["chainedSpecialConditions"])
    return found


def test_types_are_the_contracts() -> None:
    schemas = contract_document("sinch-registration.yaml")["components"]["schemas"]
    assert schemas["RegistrationType"]["enum"] == sender_id_policies.REGISTRATION_TYPES


async def test_markets(api: Api) -> None:
    async def told(query: str) -> dict[str, str]:
        markets = (await api.call("GET", f"/markets/availability?{query}")).document["markets"]
        return {market["marketCode"]: market["marketName"] for market in markets}

    assert list(await told("")) == ["AU", "GB", "SG"]
    assert await told("marketCode=GB&language=es") == {"GB": "Reino Unido"}
    assert await told("marketCode=GB&language=xx") == {"GB": "United Kingdom"}
    assert await told("marketCode=ZZ") == {}
    assert list(await told("registrationType=LONG_NUMBER")) == ["MK"]
    for query in ("marketCode=gbr", "registrationType=FAX"):
        assert (await api.call("GET", f"/markets/availability?{query}")).status == 400


async def test_every_policy_is_found_by_walking_the_questions(api: Api) -> None:
    found = []
    for kind in sender_id_policies.REGISTRATION_TYPES:
        for version in await versions(api, f"registrationType={kind}"):
            assert version["specialConditions"]["prompt"]
            inside = policies_in(version["specialConditions"]["chainedSpecialConditions"])
            assert {POLICIES[policy_id].market for policy_id in inside} == {version["marketCode"]}
            assert {POLICIES[policy_id].registration_type for policy_id in inside} == {kind}
            found += inside
    assert set(found) == set(POLICIES)


async def test_two_spellings_of_one_time(api: Api) -> None:
    times = {version["createTime"] for version in await versions(api)}
    assert times == {"2024-09-12T10:45:30.594765Z", "2023-09-17 06:22:34.372747"}


async def test_disabled_policies_can_be_left_out(api: Api) -> None:
    [emirates] = await versions(api, "marketCode=AE")
    assert policies_in(emirates["specialConditions"]["chainedSpecialConditions"])
    [emirates] = await versions(api, "marketCode=AE&activePolicies=true")
    assert emirates["specialConditions"]["chainedSpecialConditions"] == []
    for query in ("activePolicies=yes", "marketCode=A", "registrationType=", "pageToken=x"):
        assert (await api.call("GET", f"/markets/details?{query}")).status == 400


async def test_the_rules_have_pages(api: Api) -> None:
    first = (await api.call("GET", "/markets/details?pageSize=3")).document
    assert (len(first["marketVersions"]), first["totalSize"]) == (3, 4)
    token = first["nextPageToken"].replace("+", "%2B").replace("&", "%26")
    second = (await api.call("GET", f"/markets/details?pageToken={token}")).document
    assert (len(second["marketVersions"]), second["nextPageToken"]) == (1, "")


async def test_policies(api: Api) -> None:
    policy = (await api.call("GET", f"/policies/{NEEDS_FORM}")).document
    assert policy["price"]["subscription"]["setupFeeAmount"] == "5"
    assert isinstance(policy["jsonPolicy"]["senderIdTemplate"]["properties"], list)
    assert [item["mandatory"] for item in policy["attachments"]] == [True, False]
    manual = (await api.call("GET", f"/policies/{MANUAL}")).document
    assert manual["price"] == {"mode": "MANUAL"}
    assert (await api.call("GET", "/policies/none")).message == "Policy not found"


@pytest.mark.parametrize("tail", [f"{NEEDS_FORM}/attachments/{LETTER_ID}", f"none/attachments/{FORM_ID}"])
async def test_only_forms_have_templates(api: Api, tail: str) -> None:
    answer = await api.call("GET", f"/policies/{tail}/template")
    assert (answer.status, answer.message) == (404, "Policy/template not found")
