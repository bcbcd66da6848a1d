from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox


@pytest.mark.anyio
async def test_get_shows_a_campaign(sandbox: Sandbox, env: dict[str, str]) -> None:
    [target] = sandbox.sinch.seed(1)
    text = await run("get", "sinch", target, env=env)
    assert text.code == 0
    assert target in text.out
    assert "T-Mobile" in text.out
    document = (await run("get", "sinch", target, "--json", env=env)).last
    assert document["id"] == target
    assert document["state"] == "active"
    assert document["vendor_status"] == "ACTIVE"


@pytest.mark.anyio
async def test_vendor_text_cannot_act_on_the_terminal(sandbox: Sandbox, env: dict[str, str]) -> None:
    [target] = sandbox.sinch.seed(1)
    sandbox.sinch.change(target, campaignName="[red]Spring\x1b[2J\u202e sale[/red]")
    for words in (("get", "sinch", target), ("list", "sinch")):
        ended = await run(*words, env=env)
        assert "[red]Spring\\x1b[2J\\u202e sale[/red]" in ended.out
        assert "\x1b" not in ended.out
    assert "\x1b" not in (await run("get", "sinch", target, "--json", env=env)).out


@pytest.mark.anyio
async def test_an_unknown_campaign_fails(env: dict[str, str]) -> None:
    ended = await run("get", "sinch", "01k00000000000000000000000", env=env)
    assert ended.code == 1
    assert ended.err.startswith("campaign-reg: sinch.campaigns.get answered 404")


@pytest.mark.parametrize("target", ["..", "", "a/b"])
@pytest.mark.anyio
async def test_an_id_that_cannot_stand_in_a_path(env: dict[str, str], target: str) -> None:
    ended = await run("get", "sinch", target, env=env)
    assert ended.code in {1, 2} if target == "a/b" else ended.code == 2
    assert len(ended.err.splitlines()) == 1


@pytest.mark.anyio
async def test_list_follows_pages_and_filters(sandbox: Sandbox, env: dict[str, str]) -> None:
    active, expired = sandbox.sinch.seed(5), sandbox.sinch.seed(2, status="EXPIRED")
    everything = await run("list", "sinch", "--page-size", "2", "--json", env=env)
    assert [json.loads(line)["id"] for line in everything.out.splitlines()] == active + expired
    some = await run("list", "sinch", "--status", "EXPIRED", env=env)
    assert [line.split()[0] for line in some.out.splitlines()] == ["id", *expired]
    few = await run("list", "sinch", "--limit", "3", "--filter", "mock=false", env=env)
    assert len(few.out.splitlines()) == 4


@pytest.mark.anyio
async def test_a_filter_that_the_provider_lacks(env: dict[str, str]) -> None:
    ended = await run("list", "sinch", "--filter", "colour=red", env=env)
    assert ended.code == 2
    assert "sinch cannot filter by 'colour'; it has: status, mock, use_case" in ended.err
    assert (await run("list", "sinch", "--filter", "mock", env=env)).code == 2


@pytest.mark.anyio
async def test_feedback(sandbox: Sandbox, env: dict[str, str]) -> None:
    [good] = sandbox.sinch.seed(1, reject_share=0)
    [bad] = sandbox.sinch.seed(1, reject_share=1, last_action="RESUBMIT_FAILED")
    assert "no reasons" in (await run("feedback", "sinch", good, env=env)).out
    document = (await run("feedback", "sinch", bad, "--json", env=env)).last
    assert document["feedback"][0]["text"]
    assert document["feedback"][0]["text"] in (await run("feedback", "sinch", bad, env=env)).out
