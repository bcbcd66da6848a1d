"""`campaign-reg get`, `list` and `feedback`: reading."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from campaign_reg.cli.options import Count, Flag

if TYPE_CHECKING:
    from campaign_reg.models.campaign import Campaign
    from campaign_reg.models.reading import Terms
    from campaign_reg.protocol.ports import CampaignBackend

_COMMON = ("id", "provider", "name", "state", "vendor_status", "version", "created_at", "updated_at")
_LIST_LINE = "{:<28} {:<10} {:<20} {:<20} {}"


async def get(provider: str, campaign_id: str, /, *, profile: str | None = None, json: Flag = False) -> int:
    """Show one campaign.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.output import say_json
    from campaign_reg.connection import connect

    async with connect(provider, profile=profile) as backend:
        campaign = await backend.get(campaign_id)
        terms = backend.reading_of(campaign).terms
    if json:
        say_json(_document(campaign))
    else:
        _show(campaign, terms)
    return 0


async def list_campaigns(
    provider: str,
    /,
    *,
    status: Annotated[list[str] | None, Parameter(negative=())] = None,
    brand: str | None = None,
    use_case: str | None = None,
    filters: Annotated[list[str] | None, Parameter(name="--filter", negative=())] = None,
    limit: Count | None = None,
    page_size: Count | None = None,
    profile: str | None = None,
    json: Flag = False,
) -> int:
    """List campaigns, one a line as they come.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        status: Only these states, in the vendor's words; may be repeated.
        brand: Only this brand.
        use_case: Only this use case.
        filters: Another filter of the provider, as name=value; may be repeated.
        limit: At most this many.
        page_size: Campaigns a page.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object a line for programs.
    """
    from campaign_reg.cli.options import pairs
    from campaign_reg.cli.output import say, say_json
    from campaign_reg.connection import connect

    given = {"status": status, "brand": brand, "use_case": use_case, "page_size": page_size}
    wanted = {name: value for name, value in given.items() if value is not None} | pairs(filters, "--filter")
    async with connect(provider, profile=profile) as backend:
        if not json:
            say(_LIST_LINE.format("id", "state", "vendor's word", "changed", "name"))
        shown = 0
        async for campaign in backend.list(**_fitting(backend, wanted)):
            if json:
                say_json(_document(campaign))
            else:
                say(_line(campaign))
            shown += 1
            if shown == limit:
                break
    return 0


async def feedback(
    provider: str, campaign_id: str, /, *, profile: str | None = None, json: Flag = False
) -> int:
    """Show the vendor's reasons for refusing a campaign.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        campaign_id: The vendor's identifier.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.output import say, say_json, show_table
    from campaign_reg.connection import connect

    async with connect(provider, profile=profile) as backend:
        reasons = await backend.feedback(campaign_id)
    if json:
        say_json({"id": campaign_id, "feedback": reasons})
    elif reasons:
        rows = [(item.code, item.field, item.text, item.advice) for item in reasons]
        advised = any(item.advice for item in reasons)
        show_table(("code", "field", "reason", "what to do" if advised else ""), rows)
    else:
        say("the vendor has recorded no reasons")
    return 0


def _document(campaign: Campaign) -> dict[str, Any]:
    """A campaign as an object: the vendor's members, and the names that fit every vendor."""
    from campaign_reg.cli.output import plain

    members: dict[str, Any] = plain(campaign)
    return {name: plain(getattr(campaign, name)) for name in _COMMON} | members


def _show(campaign: Campaign, terms: Terms) -> None:
    from campaign_reg.cli.output import say, show_table

    members = _document(campaign)
    told = {campaign.name, campaign.vendor_status}  # the vendor's own members say these again
    lines = [
        (name.replace("_", " "), _words(value))
        for name, value in members.items()
        if _is_short(value) and (name in _COMMON or _words(value) not in told)
    ]
    show_table(("", ""), lines)
    if not terms:
        return
    fields = sorted({field for operator in terms.values() for field in operator})
    rows = [(name, *(operator.get(field) for field in fields)) for name, operator in sorted(terms.items())]
    say()
    show_table(("operator", *(field.replace("_", " ") for field in fields)), rows)


def _is_short(value: object) -> bool:
    if isinstance(value, Mapping):
        return False
    if isinstance(value, list):
        return bool(value) and not any(isinstance(item, Mapping | list) for item in value)
    return value is not None and value != ""


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _line(campaign: Campaign) -> str:
    from campaign_reg.cli.output import safe

    changed = "" if campaign.updated_at is None else f"{campaign.updated_at:%Y-%m-%d %H:%M:%S}"
    return _LIST_LINE.format(
        safe(campaign.id), campaign.state, safe(campaign.vendor_status), changed, safe(campaign.name)
    ).rstrip()


def _fitting(backend: CampaignBackend[Any], filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters in the types that the provider's `list` takes.

    Raises:
        InvalidInputError: It has no such filter.
    """
    from campaign_reg.errors import InvalidInputError

    known = inspect.signature(backend.list).parameters
    strange = sorted(set(filters) - set(known))
    if strange and not any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        raise InvalidInputError(
            f"{backend.provider} cannot filter by {strange[0]!r}; it has: {', '.join(known)}"
        )
    return {name: _typed(value, str(known[name].annotation)) for name, value in filters.items()}


def _typed(value: object, annotation: str) -> object:
    if "bool" in annotation and value in {"true", "false", "yes", "no"}:
        return value in {"true", "yes"}
    return int(value) if "int" in annotation and isinstance(value, str) and value.isdecimal() else value
