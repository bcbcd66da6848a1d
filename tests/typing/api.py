# ruff: noqa: PGH003
"""What a type checker sees of the public face; checked by mypy and pyright, never executed.

Every `type: ignore` here has to be needed (mypy warns of unused ones), so each is a mistake that is caught.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_type

import aiohttp
import attrs

import campaign_reg
from campaign_reg import (
    Action,
    Batch,
    BatchRow,
    Campaign,
    CampaignBackend,
    CampaignState,
    Change,
    Evidence,
    Feedback,
    Limits,
    Outcome,
    Page,
    Pager,
    Poller,
    ProviderConfig,
    Reading,
    RowResult,
    Schedule,
    SinchConfig,
    Verb,
    Verdict,
)
from campaign_reg.sinch import (
    CampaignDraft,
    CampaignStatus,
    Mno,
    Qualification,
    SinchBackend,
    SinchCampaign,
)


async def the_design_s_example(
    saved: str, actions: list[Action[SinchCampaign]], rows: list[str | BatchRow]
) -> None:
    async with campaign_reg.connect("sinch", project_id="...", key_id="...", key_secret="...") as sinch:
        assert_type(sinch, SinchBackend)
        campaign = await sinch.get("01HX...")
        assert_type(campaign, SinchCampaign)

        async for campaign in sinch.list(status=["ACTIVE"]):
            assert_type(campaign, SinchCampaign)
        pager = sinch.list(page_size=100)
        assert_type(pager, Pager[SinchCampaign])
        async for page in pager.pages(cursor=saved):
            assert_type(page, Page[SinchCampaign])
            assert_type(page.items, tuple[SinchCampaign, ...])
            assert_type(page.next_cursor, str | None)
            assert_type(page.total, int | None)

        action = await sinch.resubmit("01HX...", mnos=["TMO"])
        assert_type(action, Action[SinchCampaign])
        outcome = await action.wait(timeout=3600, schedule=Schedule.hourly())
        assert_type(outcome, Outcome[SinchCampaign])
        assert_type(outcome.verdict, Verdict)
        assert_type(outcome.evidence, Evidence)
        assert_type(outcome.campaign, SinchCampaign | None)
        assert_type(outcome.feedback, tuple[Feedback, ...])
        assert_type(outcome.changes, tuple[Change, ...])
        assert_type(outcome.downgrades, tuple[Change, ...])
        async for change in action.changes():
            assert_type(change, Reading)
        again = sinch.action(action.token)
        assert_type(again, Action[SinchCampaign])

        async with campaign_reg.Poller(sinch, concurrency=64) as poller:
            assert_type(poller, Poller)
            async for outcome in poller.watch(actions):
                assert_type(outcome, Outcome[SinchCampaign])

        limits = Limits(in_flight=64, per_second=20)
        async with Batch.open("spring.db", sinch, "resubmit", limits=limits) as batch:
            await batch.add(rows)
            async for result in batch.results():
                assert_type(result, RowResult)
            batch.summary()


async def other_ways_to_connect(connector: aiohttp.BaseConnector) -> None:
    sinch = await campaign_reg.connect("sinch", profile="eu", connector=connector, limits=Limits())
    assert_type(sinch, SinchBackend)
    await sinch.aclose()
    config = SinchConfig(project_id="p", key_id="k", key_secret="s", settle_seconds=60)
    assert_type(await campaign_reg.connect(config), SinchBackend)

    async def fetch() -> str:
        return "secret"

    campaign_reg.connect("sinch", key_secret=fetch)
    campaign_reg.connect("sinch", key_secret=lambda: "secret", auth="basic", poll_first_seconds=1)


async def a_plug_in_s_name(name: str) -> None:
    async with campaign_reg.connect(name, profile="eu") as backend:
        assert_type(backend, Any)


@attrs.frozen(kw_only=True)
class AcmeConfig(ProviderConfig):
    tenant: str


async def a_plug_in_s_settings() -> None:
    assert_type(await campaign_reg.connect(AcmeConfig(tenant="t", settle_seconds=1)), Any)


async def what_sinch_can_be_asked(sinch: SinchBackend, draft: CampaignDraft) -> None:
    assert_type(await sinch.create(draft), Action[SinchCampaign])
    assert_type(await sinch.delete("01HX..."), Action[SinchCampaign])
    assert_type(await sinch.resubmit("01HX..."), Action[SinchCampaign])
    assert_type(await sinch.resubmit("01HX...", mnos={Mno.ATT}), Action[SinchCampaign])
    assert_type(await sinch.feedback("01HX..."), tuple[Feedback, ...])
    assert_type(await sinch.qualify("BHL7Q2X", "MIXED"), Qualification)
    assert_type(await sinch.get_by_tcr_id("CTF4STM"), SinchCampaign)
    assert_type(await sinch.perform("resubmit", "01HX...", {"mnos": ["TMO"]}), Action[SinchCampaign])
    assert_type(sinch.list().items(), AsyncIterator[SinchCampaign])


def the_typed_campaign(campaign: SinchCampaign) -> None:
    assert_type(campaign.status, CampaignStatus | None)
    assert_type(campaign.state, CampaignState)
    assert_type(campaign.monthly_fee, Decimal | None)
    assert_type(campaign.created_at, datetime | None)
    assert_type(campaign.mno_metadata["10017"].tpm, int | None)
    neutral: Campaign = campaign
    assert_type(neutral.vendor_status, str)


async def the_seam(sinch: SinchBackend, anything: CampaignBackend[Any]) -> None:
    backend: CampaignBackend[SinchCampaign] = sinch
    assert_type(await backend.get("01HX..."), SinchCampaign)
    assert_type(await backend.perform("delete", "01HX..."), Action[SinchCampaign])
    assert_type(await anything.perform("delete", "01HX..."), Action[Any])
    assert_type(await anything.renew("01HX..."), Action[Any])
    assert_type(await anything.perform(Verb("appeal"), "01HX..."), Action[Any])


def what_takes_any_vendor(action: Action, outcome: Outcome) -> None:
    assert_type(action, Action[Campaign])
    assert_type(outcome.campaign, Campaign | None)


async def one_vendor_s_action(sinch: SinchBackend) -> None:
    action = await sinch.delete("01HX...")
    what_takes_any_vendor(action, await action.wait())


async def mistakes(sinch: SinchBackend, action: Action) -> None:
    campaign_reg.connect("sinch", projekt_id="p")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    campaign_reg.connect("sinch", project_id=7)  # type: ignore[call-overload]  # pyright: ignore
    campaign_reg.connect("sinch", auth="digest")  # type: ignore[call-overload]  # pyright: ignore
    campaign_reg.connect("sinch", rgn=None)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    campaign_reg.connect(7)  # type: ignore[call-overload]  # pyright: ignore
    campaign_reg.resubmit_all  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore
    campaign_reg.sinch.CampainDraft  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore
    sinch.list(state="ACTIVE")  # type: ignore[call-arg]  # pyright: ignore
    sinch.list("ACTIVE")  # type: ignore[call-arg]  # pyright: ignore
    await sinch.resubmit("01HX...", ["TMO"])  # type: ignore[call-arg]  # pyright: ignore
    await action.wait("1h")  # type: ignore[arg-type]  # pyright: ignore
    (await sinch.get("01HX...")).status = None  # type: ignore[misc]  # pyright: ignore
