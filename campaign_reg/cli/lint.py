"""A campaign's parameters from a JSON file, and `campaign-reg lint`, which looks at them before anybody has paid."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_reg.cli.options import Draft, Flag, Members

if TYPE_CHECKING:
    from campaign_reg.cli.write import Order
    from campaign_reg.models.finding import Finding
    from campaign_reg.protocol.backend import CampaignBackend

_STANDARD_INPUT = "-"


def lint(
    provider: str,
    /,
    *,
    source: Draft | None = None,
    settings: Members | None = None,
    verb: str = "create",
    profile: str | None = None,
    json: Flag = False,
) -> Coroutine[Any, Any, int]:
    """Say what the vendor would refuse of a draft, or is known to reject; no request is made.

    Ends with 1 when there are errors; advice alone ends with 0.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        source: JSON file with the campaign's parameters; - reads standard input.
        settings: One parameter, as name=value, beside or instead of the file; may be repeated.
        verb: What the parameters are for.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.pairs import pairs
    from campaign_reg.cli.write import Order

    order = Order(provider=provider, verb=verb, draft=read_draft(source), cells=pairs(settings, "--set"))
    return _lint(order, profile, as_json=json)


async def _lint(order: Order, profile: str | None, *, as_json: bool) -> int:
    from campaign_reg.cli.exit_codes import Exit
    from campaign_reg.cli.findings import finding_line, has_errors
    from campaign_reg.cli.output import say, say_json
    from campaign_reg.connection import connect

    async with connect(order.provider, profile=profile) as backend:
        findings = _findings(order, backend)
    code = Exit.FAILED if has_errors(findings) else Exit.DONE
    if as_json:
        say_json({"findings": findings, "exit_code": int(code)})
        return code
    for finding in findings:
        say(finding_line(finding))
    if not findings:
        say("nothing to point out")
    return code


def _findings(order: Order, backend: CampaignBackend[Any]) -> list[Finding]:
    """The findings; of a create also what is refused without being one of them."""
    from campaign_reg.cli.findings import has_errors
    from campaign_reg.cli.write import params_of
    from campaign_reg.errors import InvalidInputError
    from campaign_reg.models.finding import Finding, Severity

    params = params_of(order, backend)
    findings = list(backend.lint(order.verb, params))
    if not backend.rule(order.verb).creates or has_errors(findings):
        return findings
    try:
        backend.check(order.verb, None, params)
    except InvalidInputError as error:
        refused = Finding(code="refused", field="", text=str(error), advice="", severity=Severity.ERROR)
        return [refused, *findings]
    return findings


def read_draft(source: str | None) -> dict[str, Any]:
    """The object in a JSON file, or on standard input for `-`; empty without one.

    Raises:
        InvalidInputError: It cannot be read, or holds no object.
    """
    from campaign_reg.cli.lines import object_of
    from campaign_reg.errors import InvalidInputError

    if source is None:
        return {}
    name = "standard input" if source == _STANDARD_INPUT else source
    try:
        content = sys.stdin.buffer.read() if source == _STANDARD_INPUT else Path(source).read_bytes()
        return object_of(content.decode("utf-8-sig"))
    except OSError as error:
        raise InvalidInputError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{name} is not UTF-8: save it as UTF-8") from error
    except ValueError as error:
        raise InvalidInputError(f"{name} is {error}: it must hold one JSON object, a draft") from error
