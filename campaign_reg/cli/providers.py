"""`campaign-reg providers`: what is installed, and the verb matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from campaign_reg.cli.options import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaign_reg.enums import Verb

_GAP = 3


@attrs.frozen(kw_only=True)
class Installed:
    """One registered provider.

    Attributes:
        name: As given to every command.
        title: For people; None for one that cannot be loaded.
        verbs: What it can be asked; None where only an open connection can tell.
        problem: Why it cannot be loaded.
    """

    name: str
    title: str | None = None
    verbs: tuple[Verb, ...] | None = None
    problem: str | None = None


def providers(*, json: Flag = False) -> int:
    """Show what is installed, and what each provider can be asked; connects to nothing.

    Args:
        json: Print one object for programs.
    """
    from campaign_reg.cli.output import say_json
    from campaign_reg.providers import registry

    found = [_installed(name) for name in registry.names()]
    if json:
        say_json({"providers": found})
    else:
        _show(found)
    return 0


def _installed(name: str) -> Installed:
    from campaign_reg.errors import ConfigurationError
    from campaign_reg.providers import registry

    try:
        provider = registry.load(name)
    except ConfigurationError as error:  # one broken plug-in must not hide the others
        return Installed(name=name, problem=str(error))
    verbs = registry.verbs_of(provider)
    return Installed(name=name, title=provider.title, verbs=None if verbs is None else in_order(verbs))


def in_order(verbs: Iterable[Verb]) -> tuple[Verb, ...]:
    """Verbs in the order of the verb matrix: those that every vendor may have, then vendors' own by name."""
    from campaign_reg.enums import Verb

    order = list(Verb)
    return tuple(
        sorted(set(verbs), key=lambda verb: (order.index(verb) if verb in order else len(order), verb))
    )


def _show(found: Sequence[Installed]) -> None:
    from campaign_reg.cli.output import say, show_table
    from campaign_reg.enums import Verb

    show_table(("provider", ""), [(item.name, item.title or f"broken: {item.problem}") for item in found])
    working = [item for item in found if item.problem is None]
    names = [item.name for item in working]
    verbs = in_order([*Verb, *(verb for item in working for verb in item.verbs or ())])
    say()
    if _width("verb", verbs, names) <= _width("provider", names, verbs):
        show_table(("verb", *names), [(verb, *(_mark(item, verb) for item in working)) for verb in verbs])
    else:
        rows = [(item.name, *(_mark(item, verb) for verb in verbs)) for item in working]
        show_table(("provider", *verbs), rows)
    if any(item.verbs is None for item in working):
        say("\n?: only an open connection can tell")


def _mark(item: Installed, verb: Verb) -> str:
    if item.verbs is None:
        return "?"
    return "yes" if verb in item.verbs else "-"


def _width(corner: str, rows: Sequence[str], columns: Sequence[str]) -> int:
    """Of a table with these headings."""
    return max(map(len, (corner, *rows))) + sum(_GAP + max(len(name), len("yes")) for name in columns)
