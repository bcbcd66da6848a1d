"""Opening one account: what is taken from where, how long it lives, and that two accounts share nothing."""

from __future__ import annotations

import asyncio
import gc
import logging
import warnings
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

import campaign_reg
from campaign_reg import ConfigurationError, Limits, SinchConfig, connect
from campaign_reg.clock import SystemClock
from campaign_reg.errors import AuthenticationError, ConnectError, NotFoundError
from campaign_reg.rate import Limits as PaceLimits
from campaign_reg.sandbox import Sandbox
from campaign_reg.transport.limiter import GcraLimiter
from tests.support.wire_server import WireServer, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

NOBODY = "01k4cxccbt519xa3ejty1r5jb4"


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(record=True) as sandbox:
        yield sandbox


def settings(sandbox: Sandbox, **changes: Any) -> dict[str, Any]:
    return {**sandbox.settings("sinch"), **changes}


class TestLifetime:
    async def test_async_with(self, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        async with connect("sinch", **settings(sandbox)) as sinch:
            assert (await sinch.get(id)).id == id
        with pytest.raises(ConnectError, match="closed"):
            await sinch.get(id)
        await until_connections(sandbox, 0)

    async def test_awaited_and_closed(self, sandbox: Sandbox) -> None:
        sinch = await connect("sinch", **settings(sandbox))
        with pytest.raises(NotFoundError):
            await sinch.get(NOBODY)
        await sinch.aclose()
        await sinch.aclose()
        await until_connections(sandbox, 0)

    async def test_no_io_before_the_first_call(self, sandbox: Sandbox) -> None:
        async with connect("sinch", **settings(sandbox)):
            await asyncio.sleep(0.02)
        assert (sandbox.exchanges, sandbox.stats.peak_connections) == ([], 0)

    async def test_a_second_use_is_refused(self, sandbox: Sandbox) -> None:
        connection = connect("sinch", **settings(sandbox))
        async with connection:
            with pytest.raises(ConfigurationError, match=r"call connect\(\) again"):
                await connection
        with pytest.raises(ConfigurationError, match=r"call connect\(\) again"):
            async with connection:
                pass

    async def test_an_error_inside_comes_out_and_closes(self, sandbox: Sandbox) -> None:
        with pytest.raises(ZeroDivisionError):
            async with connect("sinch", **settings(sandbox)) as sinch:
                with pytest.raises(NotFoundError):
                    await sinch.get(NOBODY)
                raise ZeroDivisionError
        await until_connections(sandbox, 0)

    async def test_an_unclosed_backend_warns(self, sandbox: Sandbox) -> None:
        sinch = await connect("sinch", **settings(sandbox))
        with pytest.raises(NotFoundError):
            await sinch.get(NOBODY)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del sinch
            gc.collect()
            ours = [w.category for w in caught if "call aclose()" in str(w.message)]
            while caught:  # each warning holds on to what it is about, down to aiohttp's own
                caught.clear()
                gc.collect()
        assert ours == [ResourceWarning]
        await until_connections(sandbox, 0)

    async def test_a_borrowed_connector_stays_open(self, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        connector = aiohttp.TCPConnector()
        async with connect("sinch", connector=connector, **settings(sandbox)) as sinch:
            await sinch.get(id)
        assert not connector.closed
        async with connect("sinch", connector=connector, **settings(sandbox)) as sinch:
            await sinch.get(id)
        # The login has a connection of its own, which is closed; the campaign's is shared, and kept.
        assert sandbox.stats.peak_connections == 2
        await until_connections(sandbox, 1)
        await connector.close()


async def until_connections(sandbox: Sandbox, count: int) -> None:
    async with asyncio.timeout(5):
        while sandbox.stats.open_connections != count:
            await asyncio.sleep(0.005)


class TestSettings:
    async def test_from_environment_and_file(
        self, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = settings(sandbox)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("CAMPAIGN_REG_SINCH_KEY_SECRET", given.pop("key_secret"))
        lines = "".join(f'{name} = "{value}"\n' for name, value in given.items())
        (tmp_path / "campaign-reg.toml").write_text(f"[profiles.test.sinch]\n{lines}")
        async with connect("sinch", profile="test") as sinch:
            with pytest.raises(NotFoundError):
                await sinch.get(NOBODY)

    async def test_a_config_object(self, sandbox: Sandbox) -> None:
        config = SinchConfig(**settings(sandbox))
        async with connect(config) as sinch:
            with pytest.raises(NotFoundError):
                await sinch.get(NOBODY)
        open_connection: Any = connect
        for more in ({"profile": "eu"}, {"key_id": "k"}):
            with pytest.raises(ConfigurationError, match="give no settings and no profile"):
                open_connection(config, **more)

    @pytest.mark.parametrize("fetches", ["sync", "async"])
    async def test_a_secret_may_be_fetched(self, sandbox: Sandbox, fetches: str) -> None:
        secret, calls = str(sandbox.settings("sinch")["key_secret"]), list[str]()

        def fetch() -> str:
            calls.append("sync")
            return secret

        async def fetch_later() -> str:
            await asyncio.sleep(0)
            calls.append("async")
            return secret

        chosen = fetch if fetches == "sync" else fetch_later
        async with connect("sinch", **settings(sandbox, key_secret=chosen)) as sinch:
            assert calls == []
            with pytest.raises(NotFoundError):
                await sinch.get(NOBODY)
        assert calls == [fetches]

    async def test_basic_authentication(self, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        async with connect("sinch", **settings(sandbox, auth="basic")) as sinch:
            assert (await sinch.get(id)).id == id
        assert sandbox.stats.requests["createToken"] == 0

    @pytest.mark.parametrize(
        ("provider", "given", "words"),
        [
            ("snich", {}, "no provider is called 'snich'; there are: sinch"),
            ("sinch", {"project_id": "p"}, "CAMPAIGN_REG_SINCH_KEY_ID, CAMPAIGN_REG_SINCH_KEY_SECRET"),
            ("sinch", {"projekt": "p"}, "sinch has no setting projekt"),
            (7, {}, "int is no settings class of a registered provider"),
        ],
    )
    async def test_what_is_wrong_is_said_at_once(
        self,
        provider: Any,
        given: dict[str, Any],
        words: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ConfigurationError, match=words):
            connect(provider, **given)

    @pytest.mark.parametrize("name", ["base_url", "auth_url"])
    @pytest.mark.parametrize(
        "url", ["http://example.com", "https://u:canary@example.com", "https://example.com/v1"]
    )
    async def test_where_credentials_must_not_go(self, name: str, url: str) -> None:
        given: dict[str, Any] = {"project_id": "p", "key_id": "k", "key_secret": "canary", name: url}
        with pytest.raises(ConfigurationError) as caught:
            connect("sinch", **given)
        assert "canary" not in str(caught.value)


class TestPace:
    async def test_limits(self, sandbox: Sandbox) -> None:
        [id] = sandbox.sinch.seed(1)
        sandbox.faults.add("slow", "getCampaign", times=None, delay_seconds=0.01)
        async with connect("sinch", limits=Limits(in_flight=2), **settings(sandbox)) as sinch:
            await asyncio.gather(*(sinch.get(id) for _ in range(20)))
        assert sandbox.stats.peak_in_flight == 2

    async def test_a_shared_pace_is_used(self, sandbox: Sandbox) -> None:
        pace = GcraLimiter(PaceLimits(per_second=200), SystemClock())
        [id] = sandbox.sinch.seed(1)
        async with (
            connect("sinch", pace=pace, **settings(sandbox)) as one,
            connect("sinch", pace=pace, **settings(sandbox)) as other,
        ):
            assert one.pace is pace
            assert other.pace is pace
            before = (await pace.reserve()).take()
            await asyncio.gather(one.get(id), other.get(id))
            # Two gets, five milliseconds apart; logins take no slots.
            assert (await pace.reserve()).take() - before >= 3 * 0.005 - 1e-9


class TestTwoAccounts:
    async def test_share_nothing(self) -> None:
        """No cookie, token, pause or connection crosses."""
        greedy = reply(200, b'{"access_token":"t1","expires_in":3600}', Set_Cookie="session=canary; Path=/")
        busy = reply(429, b'{"error":{"code":429,"message":"Over limit"}}', Retry_After="600")
        body = b'{"campaignRegistrationId":"c1"}'
        good = [reply(200, b'{"access_token":"t2","expires_in":3600}'), reply(200, body)]
        async with WireServer(greedy, busy) as first, WireServer(*good) as second:
            async with (
                connect(
                    "sinch",
                    project_id="p1",
                    key_id="k1",
                    key_secret="s1",
                    base_url=first.origin,
                    auth_url=first.origin,
                ) as one,
                connect(
                    "sinch",
                    project_id="p2",
                    key_id="k2",
                    key_secret="s2",
                    base_url=second.origin,
                    auth_url=second.origin,
                ) as two,
            ):
                with pytest.raises(campaign_reg.RateLimitError):
                    await one.get("c1")
                assert one.pace.paused_seconds() > 500
                assert (await two.get("c1")).id == "c1"
                assert two.pace.paused_seconds() == 0
            assert [r.headers.get("authorization") for r in second.requests][1] == "Bearer t2"
            assert not [r for r in second.requests + first.requests if "cookie" in r.headers]

    async def test_even_of_one_borrowed_connector(self, sandbox: Sandbox) -> None:
        connector = aiohttp.TCPConnector()
        other = settings(sandbox, key_secret="wrong")
        async with (
            connect("sinch", connector=connector, **settings(sandbox)) as right,
            connect("sinch", connector=connector, **other) as wrong,
        ):
            with pytest.raises(NotFoundError):
                await right.get(NOBODY)
            with pytest.raises(AuthenticationError):
                await wrong.get(NOBODY)
        await connector.close()


async def test_no_secret_is_shown_anywhere(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """A canary through good and bad calls, with everything logged."""
    caplog.set_level(logging.DEBUG)
    canary = sandbox.settings("sinch")["key_secret"]
    [id] = sandbox.sinch.seed(1)
    shown: list[str] = []
    connection = connect("sinch", **settings(sandbox))
    shown.append(repr(connection))
    async with connection as sinch:
        action = await sinch.resubmit(id)
        shown += [repr(sinch), repr(action), action.token]
        for fault in ("unauthorized", "html_502", "malformed_json", "drop_after"):
            sandbox.faults.add(fault, "getCampaignFeedback")
            for call in (sinch.feedback(id), sinch.get(NOBODY), sinch.get("no ulid")):
                try:
                    await call
                except campaign_reg.CampaignRegError as error:
                    logging.getLogger("test").exception("failed")
                    shown += [
                        repr(error),
                        str(error),
                        repr(vars(error)),
                        repr(error.__context__),
                        repr(error.__cause__),
                    ]
    tokens = [e.request_headers["Authorization"].partition(" ")[2] for e in sandbox.exchanges]
    assert len(set(tokens)) >= 2
    for secret in {canary, *tokens}:
        assert not [text for text in [*shown, caplog.text] if secret in text]
