"""`campaign-reg create`, `update`, `delete`, `resubmit`, `renew`, `approve`, `perform`, `wait`: one change at a vendor.

What may wait for a person, a draft on standard input or a confirmation, is read before the event loop begins, so that
Ctrl-C ends it; hence commands that return a coroutine.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from campaign_reg.cli.options import WAITING, Draft, Flag, Members, Seconds, Waiting


def create(
    provider: str,
    /,
    *,
    source: Draft | None = None,
    settings: Members | None = None,
    accept_advice: Flag = False,
    waiting: Waiting = WAITING,
) -> Coroutine[Any, Any, int]:
    """Create one campaign; it may cost money. What the vendor is known to refuse is pointed out before it is sent.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        source: JSON file with the campaign's parameters; - reads standard input.
        settings: One parameter, as name=value, next to or instead of the file; may be repeated.
        accept_advice: Send it although there is advice against it.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order, read_draft
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.write import perform

    order = Order(
        provider=provider,
        verb="create",
        draft=read_draft(source),
        cells=pairs(settings, "--set"),
        accept_advice=accept_advice,
    )
    return perform(order, waiting)


def update(
    provider: str,
    campaign_id: str,
    /,
    *,
    source: Draft | None = None,
    settings: Members | None = None,
    waiting: Waiting = WAITING,
) -> Coroutine[Any, Any, int]:
    """Change one campaign.

    Args:
        provider: Such as responsys; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        source: JSON file with the parameters to change; - reads standard input.
        settings: One parameter, as name=value, next to or instead of the file; may be repeated.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order, read_draft
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.write import perform

    draft, cells = read_draft(source), pairs(settings, "--set")
    return perform(
        Order(provider=provider, verb="update", target=campaign_id, draft=draft, cells=cells), waiting
    )


def delete(
    provider: str,
    campaign_id: str,
    /,
    *,
    yes: Flag = False,
    waiting: Waiting = WAITING,
) -> Coroutine[Any, Any, int]:
    """Delete one campaign; it cannot be undone.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        yes: Do not ask.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order
    from campaign_reg.cli.write import perform

    if not yes:
        _confirm(f"Delete {campaign_id} at {provider}? It cannot be undone.")
    return perform(Order(provider=provider, verb="delete", target=campaign_id), waiting)


async def resubmit(
    provider: str,
    campaign_id: str,
    /,
    *,
    mnos: str | None = None,
    settings: Members | None = None,
    waiting: Waiting = WAITING,
) -> int:
    """Resubmit one campaign to operators; it may cost money and may make the terms worse.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        mnos: Operators, such as ATT,TMO; all of them without it.
        settings: Another parameter of the verb, as name=value; may be repeated.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.write import perform

    cells = pairs(settings, "--set") | ({} if mnos is None else {"mnos": mnos})
    return await perform(Order(provider=provider, verb="resubmit", target=campaign_id, cells=cells), waiting)


async def renew(
    provider: str,
    campaign_id: str,
    /,
    *,
    settings: Members | None = None,
    waiting: Waiting = WAITING,
) -> int:
    """Let one paused campaign go on; top the account up first.

    Args:
        provider: Such as rcs; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        settings: A parameter of the verb, as name=value; may be repeated.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.write import perform

    cells = pairs(settings, "--set")
    return await perform(Order(provider=provider, verb="renew", target=campaign_id, cells=cells), waiting)


async def approve(
    provider: str,
    name: str,
    /,
    *,
    status: str | None = None,
    settings: Members | None = None,
    waiting: Waiting = WAITING,
) -> int:
    """Set the approval of one campaign.

    Args:
        provider: Such as responsys; `campaign-reg providers` lists them.
        name: The vendor's identifier; at Responsys the campaign's name.
        status: The state it is to have, in the vendor's words; APPROVED at Responsys without it.
        settings: Another parameter of the verb, as name=value; may be repeated.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.write import perform

    cells = pairs(settings, "--set") | ({} if status is None else {"status": status})
    return await perform(Order(provider=provider, verb="approve", target=name, cells=cells), waiting)


def perform_verb(
    provider: str,
    verb: str,
    campaign_id: str | None = None,
    /,
    *,
    source: Draft | None = None,
    settings: Members | None = None,
    accept_advice: Flag = False,
    yes: Flag = False,
    waiting: Waiting = WAITING,
) -> Coroutine[Any, Any, int]:
    """Do one thing by its verb's name, such as a verb that only this provider has; it may cost money.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them, with their verbs.
        verb: Any verb of the provider's that writes.
        campaign_id: The vendor's identifier; left out for a create.
        source: JSON file with the verb's parameters; - reads standard input.
        settings: One parameter, as name=value, next to or instead of the file; may be repeated.
        accept_advice: Send a create although there is advice against it.
        yes: Do not ask before a deletion.
        waiting: How long to wait for the outcome, and how to print it.
    """
    from campaign_reg.cli.lint import Order, read_draft
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.write import perform
    from campaign_reg.enums import Verb

    draft, cells = read_draft(source), pairs(settings, "--set")
    if verb == Verb.DELETE and not yes:
        _confirm(f"Delete {campaign_id} at {provider}? It cannot be undone.")
    order = Order(
        provider=provider,
        verb=verb,
        target=campaign_id,
        draft=draft,
        cells=cells,
        accept_advice=accept_advice,
    )
    return perform(order, waiting)


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
        token: What `resubmit`, for example, printed.
        timeout: Seconds to wait; without it until the vendor has decided.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.write import await_outcome
    from campaign_reg.connection import connect

    async with connect(provider, profile=profile) as backend:
        return await await_outcome(backend.action(token), provider, timeout, as_json=json)


def _confirm(question: str) -> None:
    """Ask a person at a terminal; elsewhere only the option says yes.

    Raises:
        InvalidInputError: There is no terminal to ask at, or the answer is not yes.
    """
    import sys

    from campaign_reg.cli.output import safe
    from campaign_reg.errors import InvalidInputError

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InvalidInputError("a deletion cannot be undone: give --yes if you mean it; nothing was sent")
    sys.stderr.write(f"{safe(question)} Type yes to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise InvalidInputError("not confirmed: nothing was sent")
