"""Previews, proof lists, data sources, organizations and limits over real sockets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.errors import InvalidInputError, InvalidRequestError, NotFoundError, OutcomeUnknownError
from tests.support.vendors.responsys_contract import check_request

if TYPE_CHECKING:
    from campaign_reg.providers.responsys.backend import ResponsysBackend
    from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio


async def test_previews(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    preview = await responsys.preview(name)
    assert preview.campaign_name == name
    assert {body.type for body in preview.preview} == {"html", "text"}
    text = await responsys.preview(name, list_type="ProfileList", preview_type="text", riid=126006727)
    assert ([body.type for body in text.preview], text.list_type) == (["text"], "ProfileList")
    target = sandbox.exchanges[-1].target
    assert target.endswith("/preview?listType=ProfileList&previewType=text&riid=126006727")
    check_request(sandbox.exchanges[-1])


async def test_a_preview_holds_mail_that_no_log_should(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    preview = await responsys.preview(name)
    assert all(body.data and body.data not in repr(preview) for body in preview.preview)


@pytest.mark.parametrize("values", [{"list_type": "Everyone"}, {"preview_type": "pdf"}, {"preview_type": ""}])
async def test_previews_of_no_kind(
    responsys: ResponsysBackend, sandbox: Sandbox, values: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError):
        await responsys.preview("Spring", **values)
    assert sandbox.exchanges == []


async def test_previews_are_for_email(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1, type="SMS")
    with pytest.raises((InvalidRequestError, NotFoundError)):
        await responsys.preview(name)


async def test_proof_lists(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    assert (await responsys.proof_list(name)).name
    assert (await responsys.set_proof_list(name, "Internal")).name == "Internal"
    body = {"attributeName": "proofList", "attributeData": {"name": "Internal"}}
    assert json.loads(sandbox.exchanges[-1].request_body) == body
    assert (await responsys.proof_list(name)).name == "Internal"
    with pytest.raises(InvalidInputError):
        await responsys.set_proof_list(name, " ")


async def test_data_sources(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    sources = await responsys.data_sources(name)
    campaign = await responsys.get(name)
    assert campaign.data_source is not None
    assert [source.path for source in sources] == [source.path for source in campaign.data_source]


async def test_organizations(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    assert await responsys.organizations(name)
    assert [one.name for one in await responsys.set_organizations(name, ["USA"])] == ["USA"]
    assert json.loads(sandbox.exchanges[-1].request_body) == {
        "attributes": {"organizations": {"attributeValues": [{"name": "USA"}]}}
    }
    assert [one.name for one in await responsys.organizations(name)] == ["USA"]
    await responsys.set_organizations(name, "Asia")
    assert [one.name for one in await responsys.organizations(name)] == ["Asia"]


@pytest.mark.parametrize("names", [[], "", [" "], ["USA", ""]])
async def test_organizations_without_names(responsys: ResponsysBackend, sandbox: Sandbox, names: Any) -> None:
    with pytest.raises(InvalidInputError):
        await responsys.set_organizations("Spring", names)
    assert sandbox.exchanges == []


@pytest.mark.parametrize("fault", ["drop_after", "status_500", "empty_body"])
async def test_lost_answers_are_never_repeated(
    responsys: ResponsysBackend, sandbox: Sandbox, fault: str
) -> None:
    [name] = sandbox.responsys.seed(1)
    for operation, call in (
        ("setProofList", lambda: responsys.set_proof_list(name, "Internal")),
        ("setCampaignOrganizations", lambda: responsys.set_organizations(name, ["USA"])),
    ):
        sandbox.faults.add(fault, operation, times=None)
        with pytest.raises(OutcomeUnknownError):
            await call()
        assert [exchange.operation for exchange in sandbox.exchanges].count(operation) == 1


async def test_limits(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    limits = {limit.api: limit for limit in await responsys.rate_limits()}
    assert limits["login"].limit == 10
    assert (limits["login"].verb, limits["login"].resource_path) == ("POST", "/auth/token")
    assert sandbox.exchanges[-1].target == "/rest/api/ratelimit"


async def test_every_request_keeps_to_the_contract(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    for name in sandbox.responsys.seed(3):
        await responsys.preview(name, preview_type="html")
        await responsys.set_proof_list(name, "Internal")
        await responsys.proof_list(name)
        await responsys.data_sources(name)
        await responsys.set_organizations(name, ["USA", "Asia"])
        await responsys.organizations(name)
    await responsys.rate_limits()
    for exchange in sandbox.exchanges:
        assert exchange.status == 200
        check_request(exchange)
