"""One suite for every provider: what is promised of backends holds for each of them, over real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg import InvalidInputError, NotFoundError, OutcomeUnknownError, UnsupportedVerbError, Verdict
from campaign_reg.enums import CampaignState, Verb
from campaign_reg.models.reading import Reading
from tests.support.stage import Stage

if TYPE_CHECKING:
    from campaign_reg.protocol.backend import Backend
    from campaign_reg.sandbox import Sandbox


WRITING = [verb for verb in Verb if verb.writes]
ENDED_WELL = {Verdict.SUCCEEDED, Verdict.ACTION_REQUIRED}
"""A sender that is to be completed by files was created all the same."""


def its_verbs(backend: Backend[Any]) -> list[Verb]:
    return sorted(backend.rules)


def target_for(stage: Stage, backend: Backend[Any], verb: Verb) -> str | None:
    return None if backend.rule(verb).creates else stage.seed(1, verb)[0]


class TestReading:
    async def test_a_campaign_answers_every_neutral_question(
        self, stage: Stage, backend: Backend[Any]
    ) -> None:
        [id] = stage.seed(1)
        campaign = await backend.get(id)
        assert (campaign.id, campaign.provider) == (id, stage.name)
        assert isinstance(campaign.state, CampaignState)
        assert isinstance(campaign.name, str)
        assert isinstance(campaign.vendor_status, str)
        assert campaign.version is None or isinstance(campaign.version, str)
        for instant in (campaign.created_at, campaign.updated_at):
            assert instant is None or instant.tzinfo is not None

    async def test_a_reading_survives_its_plain_form(self, stage: Stage, backend: Backend[Any]) -> None:
        [id] = stage.seed(1)
        reading = await backend.read(id)
        assert reading.target == id
        assert reading.vendor_time is not None
        plain = json.loads(json.dumps(reading.to_plain()))
        assert Reading.from_plain(id, plain).same_state(reading)
        listed = backend.reading_of(await backend.get(id))
        assert (listed.target, listed.version, listed.status) == (id, reading.version, reading.status)

    async def test_listings_end_and_hold_everything_once(self, stage: Stage, backend: Backend[Any]) -> None:
        ids = stage.seed(70)
        assert sorted([campaign.id async for campaign in backend.list(page_size=30)]) == sorted(ids)

    async def test_a_listing_goes_on_from_a_cursor(self, stage: Stage, backend: Backend[Any]) -> None:
        ids = stage.seed(70)
        pager = backend.list(page_size=30)
        first = await anext(aiter(pager.pages()))
        assert first.next_cursor is not None
        rest = [campaign.id async for campaign in pager.items(cursor=first.next_cursor)]
        assert sorted([*(campaign.id for campaign in first.items), *rest]) == sorted(ids)

    async def test_everything_is_listed_to_the_end(self, stage: Stage, backend: Backend[Any]) -> None:
        ids = stage.seed(30)
        assert sorted([campaign.id async for campaign in backend.everything()]) == sorted(ids)

    async def test_an_overview_says_what_reading_says(self, stage: Stage, backend: Backend[Any]) -> None:
        """Else each look at it would send for a reading that shows nothing new."""
        for verb in backend.rules:
            overview = backend.overview(verb)
            if overview is None:
                continue
            ids = stage.seed(3, verb)
            listed = {reading.target: reading async for reading in overview}
            for id in ids:
                assert listed[id].same_state(await backend.read(id, verb=verb))

    async def test_what_nobody_knows(self, stage: Stage, backend: Backend[Any]) -> None:
        with pytest.raises(NotFoundError):
            await backend.get(stage.unknown_id)
        with pytest.raises(NotFoundError):
            await backend.read(stage.unknown_id)

    @pytest.mark.fault(74)
    @pytest.mark.parametrize("id", ["", ".", "..", "a\r\nb", "\x00"])
    async def test_ids_that_cannot_stand_in_a_path_are_refused_before_any_io(
        self, stage: Stage, backend: Backend[Any], id: str
    ) -> None:
        before = stage.requests()
        with pytest.raises(InvalidInputError):
            await backend.get(id)
        assert stage.requests() == before

    async def test_an_expired_token_is_renewed_unseen(self, stage: Stage, backend: Backend[Any]) -> None:
        [id] = stage.seed(1)
        await backend.get(id)
        stage.expire_token()
        assert (await backend.get(id)).id == id

    @pytest.mark.fault(90)
    async def test_cancelled_calls_leave_nothing(self, stage: Stage) -> None:
        ids = stage.seed(20)
        async with stage.connect() as backend:
            calls = [asyncio.create_task(backend.get(id)) for id in ids]
            await asyncio.sleep(0.01)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "campaign-reg login"]
        async with asyncio.timeout(2):
            while stage.open_connections():
                await asyncio.sleep(0.01)


class TestVerbs:
    async def test_each_it_has_works_and_is_applied_once(self, stage: Stage, backend: Backend[Any]) -> None:
        for verb in its_verbs(backend):
            action = await backend.perform(verb, target_for(stage, backend, verb), stage.params(verb))
            outcome = await action.wait()
            assert outcome.verdict in ENDED_WELL, (verb, outcome)
            assert outcome.target == action.target != ""
            assert stage.applied(verb) == {action.target: 1}

    async def test_each_it_lacks_is_refused_before_any_io(self, stage: Stage, backend: Backend[Any]) -> None:
        before = stage.requests()
        for verb in {*WRITING, Verb("nonsense")} - set(backend.rules):
            assert verb not in backend.verbs
            with pytest.raises(UnsupportedVerbError, match=f"has no verb '{verb}'"):
                await backend.perform(verb, stage.unknown_id)
            with pytest.raises(UnsupportedVerbError):
                backend.check(verb, stage.unknown_id)
            for arguments in ((), (stage.unknown_id,), (stage.unknown_id, {"x": 1}, None)):
                if not verb.is_recognized:
                    continue
                with pytest.raises(UnsupportedVerbError, match=f"has no verb '{verb}'"):
                    await getattr(backend, verb.value)(*arguments, before_send=None)
        if Verb.FEEDBACK not in backend.verbs:
            with pytest.raises(UnsupportedVerbError):
                await backend.feedback(stage.unknown_id)
        assert stage.requests() == before

    async def test_typed_methods_do_what_perform_does(self, stage: Stage, backend: Backend[Any]) -> None:
        for verb in its_verbs(backend):
            id = target_for(stage, backend, verb)
            action = await stage.typed(verb)(backend, id or "", stage.params(verb, 7))
            assert action.verb == verb
            assert (await action.wait()).verdict in ENDED_WELL
            assert stage.applied(verb) == {action.target: 1}

    async def test_parameters_survive_a_journal(self, stage: Stage, backend: Backend[Any]) -> None:
        for verb in its_verbs(backend):
            plain = backend.check(verb, stage.unknown_id, stage.params(verb))
            again = backend.params(verb, json.loads(json.dumps(plain)))
            assert again == backend.params(verb, stage.params(verb))

    async def test_parameters_that_do_not_fit_are_refused_before_any_io(
        self, stage: Stage, backend: Backend[Any]
    ) -> None:
        before = stage.requests()
        for verb in its_verbs(backend):
            for bad in ({"no_such_member": 1}, 7):
                with pytest.raises(InvalidInputError):
                    await backend.perform(verb, None if backend.rule(verb).creates else "x", bad)
        assert stage.requests() == before

    async def test_a_missing_id_or_one_too_many_is_refused(self, stage: Stage, backend: Backend[Any]) -> None:
        before = stage.requests()
        for verb in its_verbs(backend):
            with pytest.raises(InvalidInputError):
                await backend.perform(verb, "x" if backend.rule(verb).creates else None, stage.params(verb))
        assert stage.requests() == before

    async def test_what_nobody_knows_is_not_written_to(self, stage: Stage, backend: Backend[Any]) -> None:
        for verb in its_verbs(backend):
            if not backend.rule(verb).creates:
                with pytest.raises(NotFoundError):
                    await backend.perform(verb, stage.unknown_id, stage.params(verb))
                assert not stage.applied(verb)


class TestLostAnswers:
    @pytest.mark.parametrize("applied", [True, False])
    async def test_never_paid_twice_and_told_as_it_is(
        self, stage: Stage, backend: Backend[Any], applied: bool
    ) -> None:
        for verb in its_verbs(backend):
            id = target_for(stage, backend, verb)
            stage.lose(verb, applied=applied)
            with pytest.raises(OutcomeUnknownError) as caught:
                await backend.perform(verb, id, stage.params(verb))
            assert caught.value.token is not None, verb
            outcome = await backend.action(caught.value.token).wait()
            assert outcome.verdict in (ENDED_WELL if applied else {Verdict.UNKNOWN}), (verb, outcome)
            assert stage.applied(verb).total() == int(applied)

    async def test_a_token_is_taken_up_in_another_process(self, sandbox: Sandbox, stage: Stage) -> None:
        """The first process has lost the answer of each verb; the second finds out what became of them."""
        sandbox.clock.speed = 20.0
        quick: dict[str, Any] = {"settle_seconds": 5.0, "poll_first_seconds": 0.05, "poll_max_seconds": 0.2}
        tokens = []
        async with stage.connect(**quick) as backend:
            for verb in its_verbs(backend):
                id = target_for(stage, backend, verb)
                stage.lose(verb, applied=True)
                with pytest.raises(OutcomeUnknownError) as caught:
                    await backend.perform(verb, id, stage.params(verb))
                tokens.append(caught.value.token)
        script = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _TAKE_UP, stage.name, json.dumps({**stage.settings(), **quick}), json.dumps(tokens),
            stdout=asyncio.subprocess.PIPE, env=os.environ,
        )  # fmt: skip
        told, _ = await asyncio.wait_for(script.communicate(), 30)
        assert {Verdict(word) for word in json.loads(told)} <= ENDED_WELL

    async def test_a_token_is_whole_and_belongs_to_one_account(
        self, stage: Stage, backend: Backend[Any]
    ) -> None:
        verb = its_verbs(backend)[0]
        action = await backend.perform(verb, target_for(stage, backend, verb), stage.params(verb))
        token = action.token
        with pytest.raises(InvalidInputError):
            backend.action(token[:-1] + ("0" if token[-1] != "0" else "1"))
        backend.account = "another"
        with pytest.raises(InvalidInputError, match="belongs to"):
            backend.action(token)


_TAKE_UP = """
import asyncio, json, sys
import campaign_reg

async def main(name, settings, tokens):
    async with campaign_reg.connect(name, **settings) as backend:
        outcomes = [await backend.action(token).wait(timeout=20) for token in tokens]
    print(json.dumps([outcome.verdict for outcome in outcomes]))

asyncio.run(main(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])))
"""
