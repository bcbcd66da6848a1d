"""`campaign-reg resubmit` and `wait`: one change at a vendor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from campaign_reg.cli.options import Flag, Seconds

if TYPE_CHECKING:
    from campaign_reg.models.outcome import Outcome
    from campaign_reg.protocol.action import Action
    from campaign_reg.protocol.backend import Intent


async def resubmit(
    provider: str,
    campaign_id: str,
    /,
    *,
    mnos: str | None = None,
    settings: Annotated[list[str] | None, Parameter(name="--set", negative=())] = None,
    wait: Seconds = 60.0,
    no_wait: Flag = False,
    profile: str | None = None,
    json: Flag = False,
) -> int:
    """Resubmit one campaign to operators; it may cost money and may make the terms worse.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        mnos: Operators, such as ATT,TMO; all of them without it.
        settings: Another parameter of the verb, as name=value; may be repeated.
        wait: Seconds to wait for the outcome; the action goes on at the vendor in any case.
        no_wait: Do not wait; print the token that takes the action up.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.pairs import pairs

    params: dict[str, Any] = pairs(settings, "--set")
    if mnos is not None:
        params["mnos"] = mnos
    return await _perform(
        provider, "resubmit", campaign_id, params, 0.0 if no_wait else wait, profile, as_json=json
    )


async def wait(
    provider: str,
    token: str,
    /,
    *,
    timeout: Seconds | None = None,
    profile: str | None = None,
    json: Flag = False,
) -> int:
    """Go on waiting for an action by its token; sends nothing.

    Args:
        provider: Such as sinch.
        token: What `resubmit` printed.
        timeout: Seconds to wait; without it until the vendor has decided.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.connection import connect

    async with connect(provider, profile=profile) as backend:
        return await _await_outcome(backend.action(token), provider, timeout, as_json=json)


async def _perform(
    provider: str,
    verb: str,
    target: str,
    params: dict[str, Any],
    wait: float,
    profile: str | None,
    *,
    as_json: bool,
) -> int:
    from campaign_reg.cli.exits import Exit
    from campaign_reg.cli.words import complain
    from campaign_reg.connection import connect
    from campaign_reg.errors import OutcomeUnknownError

    left = False

    async def leaving(_: Intent) -> None:
        nonlocal left
        left = True

    try:
        async with connect(provider, profile=profile) as backend:
            try:
                action = await backend.perform(verb, target, params, before_send=leaving)
            except OutcomeUnknownError as error:
                complain(str(error))
                return _say_how_to_go_on(provider, error.token, Exit.UNKNOWN, as_json=as_json)
            left = False
            return await _await_outcome(action, provider, wait, as_json=as_json)
    except asyncio.CancelledError:
        if not left:
            raise
        complain(f"stopped while sending: it may have been applied, so look before doing it again: "
                 f"campaign-reg get {provider} {target}")  # fmt: skip
        return Exit.UNKNOWN


async def _await_outcome(action: Action, provider: str, seconds: float | None, *, as_json: bool) -> int:
    from campaign_reg.cli.exits import Exit
    from campaign_reg.cli.words import note, safe
    from campaign_reg.errors import PollTimeoutError

    if not action.done and seconds == 0:
        return _say_how_to_go_on(provider, action.token, Exit.DONE, as_json=as_json)
    try:
        outcome = await action.wait(timeout=seconds)
    except PollTimeoutError as error:
        word = error.last_status or "nothing"
        note(f"not settled after {error.waited_seconds:.0f} s: the vendor says {safe(word)}")
        return _say_how_to_go_on(provider, error.token, Exit.STOPPED, as_json=as_json)
    except asyncio.CancelledError:
        note("stopped waiting; the action goes on at the vendor")
        return _say_how_to_go_on(provider, action.token, Exit.STOPPED, as_json=as_json)
    return _say_outcome(outcome, as_json=as_json)


def _say_how_to_go_on(provider: str, token: str | None, code: int, *, as_json: bool) -> int:
    from campaign_reg.cli.words import note, say, say_json

    if as_json:
        say_json({"verdict": None, "token": token, "exit_code": int(code)})
    elif token is not None:
        note(f"to wait for it: campaign-reg wait {provider} TOKEN, with this token:")
        say(token)
    return code


def _say_outcome(outcome: Outcome, *, as_json: bool) -> int:
    from campaign_reg.cli.exits import exit_of_verdicts
    from campaign_reg.cli.summary import term_text
    from campaign_reg.cli.words import say, say_json, show_table

    code = exit_of_verdicts({outcome.verdict: 1})
    if as_json:
        members = (
            "target",
            "verb",
            "verdict",
            "evidence",
            "reason",
            "feedback",
            "changes",
            "downgrades",
            "settled_at",
        )
        say_json({name: getattr(outcome, name) for name in members} | {"exit_code": int(code)})
        return code
    show_table(("", ""), [(outcome.verdict, f"{outcome.target}: {outcome.reason} ({outcome.evidence})")])
    if outcome.feedback:
        say()
        show_table(
            ("code", "field", "reason"), [(item.code, item.field, item.text) for item in outcome.feedback]
        )
    if outcome.changes:
        say()
        rows = [
            (
                item.operator,
                item.field,
                f"{term_text(item.before)} -> {term_text(item.after)}",
                item.direction,
            )
            for item in outcome.changes
        ]
        show_table(("operator", "term", "before -> after", ""), rows)
    return code
