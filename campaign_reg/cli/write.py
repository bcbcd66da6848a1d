"""One write and its outcome: what is pointed out before, what is printed after, and how to go on."""

from __future__ import annotations

import asyncio
from shlex import quote
from typing import TYPE_CHECKING, Any

from campaign_reg.cli.exit_codes import Exit, exit_of_verdicts
from campaign_reg.cli.lint import Order, finding_line, has_advice, has_errors, params_of, refusal_words
from campaign_reg.cli.output import complain, note, safe, say, say_json, show_table
from campaign_reg.connection import connect
from campaign_reg.errors import OutcomeUnknownError, PollTimeoutError
from campaign_reg.text import term_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaign_reg.cli.options import Waiting
    from campaign_reg.models.finding import Finding
    from campaign_reg.models.outcome import Outcome
    from campaign_reg.protocol.action import Action
    from campaign_reg.protocol.ports import CampaignBackend
    from campaign_reg.protocol.write import Intent

_TOLD = (
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


async def perform(order: Order, waiting: Waiting) -> int:
    """Point out what is wrong with it, send it once, and wait for its outcome."""
    leaving: Intent | None = None

    async def keep(intent: Intent) -> None:
        nonlocal leaving
        leaving = intent

    try:
        async with connect(order.provider, profile=waiting.profile) as backend:
            params = params_of(order, backend)
            refused = _refused(order, backend.lint(order.verb, params), backend, as_json=waiting.json)
            if refused is not None:
                return refused
            try:
                action = await backend.perform(order.verb, order.target, params, before_send=keep)
            except OutcomeUnknownError as error:
                complain(str(error))
                return _say_how_to_go_on(
                    order.provider, error.token, Exit.UNKNOWN, order.target, as_json=waiting.json
                )
            leaving = None
            return await await_outcome(action, order.provider, waiting.seconds, as_json=waiting.json)
    except asyncio.CancelledError:
        if leaving is None or not leaving.departure.left:
            raise
        look = (
            f"list {order.provider}"
            if order.target is None
            else f"get {order.provider} {quote(order.target)}"
        )
        complain(f"stopped while sending: it may have been applied, so look before doing it again: "
                 f"campaign-reg {look}")  # fmt: skip
        return _say_how_to_go_on(
            order.provider, leaving.token, Exit.UNKNOWN, order.target, as_json=waiting.json
        )


def _refused(
    order: Order, findings: Sequence[Finding], backend: CampaignBackend[Any], *, as_json: bool
) -> int | None:
    """Print the findings; returns the exit code of a write that is not to go on."""
    for finding in findings:
        note(finding_line(finding))
    creates = backend.rule(order.verb).creates
    if not has_errors(findings) and not (creates and has_advice(findings) and not order.accept_advice):
        return None
    complain(refusal_words(findings))
    if as_json:
        say_json({"verdict": None, "token": None, "findings": findings, "exit_code": int(Exit.USAGE)})
    return Exit.USAGE


async def await_outcome(action: Action, provider: str, seconds: float | None, *, as_json: bool) -> int:
    """Wait for an action and print its outcome, or how to go on.

    Args:
        action: What to wait for.
        provider: Registered name.
        seconds: How long; None until the vendor has decided.
        as_json: Print an object for programs.
    """
    if not action.done and seconds == 0:
        return _say_how_to_go_on(provider, action.token, Exit.DONE, action.target, as_json=as_json)
    try:
        outcome = await action.wait(timeout=seconds)
    except PollTimeoutError as error:
        word = error.last_status or "nothing"
        note(f"not settled after {error.waited_seconds:.0f} s: the vendor says {safe(word)}")
        return _say_how_to_go_on(provider, error.token, Exit.STOPPED, action.target, as_json=as_json)
    except asyncio.CancelledError:
        note("stopped waiting; the action goes on at the vendor")
        return _say_how_to_go_on(provider, action.token, Exit.STOPPED, action.target, as_json=as_json)
    return _say_outcome(outcome, as_json=as_json)


def _say_how_to_go_on(
    provider: str, token: str | None, code: int, target: str | None, *, as_json: bool
) -> int:
    if as_json:
        say_json({"verdict": None, "target": target or None, "token": token, "exit_code": int(code)})
    elif token is not None:
        about = f" ({safe(target)})" if target else ""
        note(f"to wait for it{about}: campaign-reg wait {provider} TOKEN, with this token:")
        say(token)
    return code


def _say_outcome(outcome: Outcome, *, as_json: bool) -> int:
    code = exit_of_verdicts({outcome.verdict: 1})
    if as_json:
        say_json({name: getattr(outcome, name) for name in _TOLD} | {"exit_code": int(code)})
        return code
    target = outcome.target or f"the {outcome.verb}"
    show_table(("", ""), [(outcome.verdict, f"{target}: {outcome.reason} ({outcome.evidence})")])
    if outcome.feedback:
        say()
        reasons = [(item.code, item.field, item.text) for item in outcome.feedback]
        show_table(("code", "field", "reason"), reasons)
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
