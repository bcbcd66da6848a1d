"""`campaign-reg providers`: what is installed, and the verb matrix."""

from __future__ import annotations

from typing import Any

from campaign_reg.cli.options import Flag


def providers(*, json: Flag = False) -> int:
    """Show what is installed, and what each provider can be asked.

    Args:
        json: Print one object for programs.
    """
    from campaign_reg.cli.words import complain, say_json, show_table
    from campaign_reg.enums import Verb
    from campaign_reg.errors import ConfigurationError
    from campaign_reg.providers import registry

    found: list[dict[str, Any]] = []
    for name in registry.names():
        try:
            provider = registry.load(name)
        except ConfigurationError as error:  # one broken plug-in must not hide the others
            complain(str(error))
            continue
        asked = _verbs(provider.backend)
        found.append(
            {"name": name, "title": provider.title, "verbs": [verb for verb in Verb if verb in asked]}
        )
    if json:
        say_json({"providers": found})
        return 0
    rows = [(item["name"], *("x" if verb in item["verbs"] else "" for verb in Verb)) for item in found]
    show_table(("provider", *Verb), rows)
    return 0


def _verbs(backend: Any) -> frozenset[Any]:
    """What a backend class can be asked, without making one."""
    return frozenset(getattr(backend, "reading_verbs", ())) | frozenset(getattr(backend, "rules", ()))
