"""The RCS platform's calls that read, renew and stop campaigns and read messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.rcs.bodies import (
    INTEGER,
    failure,
    read_choice,
    read_integer,
    read_query,
    refused,
    refused_fields,
)
from campaign_reg.sandbox.rcs.campaigns import STOPPABLE
from campaign_reg.sandbox.rcs.forms import detail_form, listed_message, renewed_form, short_form
from campaign_reg.sandbox.rcs.messages import shown
from campaign_reg.sandbox.rcs.rules import LARGEST_INTEGER, REFERENCE
from campaign_reg.sandbox.rcs.samples import CHANNELS
from campaign_reg.sandbox.rcs.times import DAY_SECONDS, DAYS_AHEAD, kyiv, months_before, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.rcs.campaigns import Campaign, CampaignRegister
    from campaign_reg.sandbox.rcs.messages import Message, MessageBook, Span
    from campaign_reg.sandbox.versions import Version

    Shown = tuple[Campaign, Version]

WAYS = ("asc", "desc")
SEARCH_LONGEST = 255
CAMPAIGN_ORDERS: dict[str, Callable[[Shown], Any]] = {
    "id": lambda shown: shown[0].id,
    "sender": lambda shown: shown[0].draft.sender,
    "type": lambda shown: shown[0].draft.message_type,
    "date": lambda shown: shown[0].created_at,
    "status": lambda shown: shown[1].members["status"],
}
MESSAGE_ORDERS: dict[str, Callable[[Message], Any]] = {
    "id": lambda message: message.id,
    "phone": lambda message: message.number,
    "delivered": lambda message: message.delivered_at or 0.0,
}


class CampaignCalls:
    """The handlers; they share the register, the messages and the ledger.

    Attributes:
        page_limits: Items per page when a call names none, per kind; the vendor's pages disagree about them.
        refused_renew_status: Of the answer to a renew of what is not paused; the vendor does not publish it.
    """

    def __init__(self, register: CampaignRegister, messages: MessageBook, ledger: Ledger) -> None:
        self._register = register
        self._messages = messages
        self._ledger = ledger
        self.page_limits = {"campaigns": 50, "messages": 30}
        self.refused_renew_status = 422

    def get(self, call: Call) -> Reply:
        """Read one campaign, short form."""
        campaign, version = self._shown(call)
        return render(200, {"data": short_form(campaign, version.members)})

    def detail(self, call: Call) -> Reply:
        """Read one campaign with a counter per message state."""
        campaign, version = self._shown(call)
        return render(200, {"data": detail_form(campaign, version.members)})

    def renew(self, call: Call) -> Reply:
        """Resume a campaign that is paused, and only such a one.

        Source:
            https://bsg.world/developers/rest-api/restore-rcs-campaigns
        """
        campaign = self._campaign(call)
        if campaign.members["status"] != "paused":
            raise refused(call, "Invalid campaign status", "status", self.refused_renew_status)
        self._register.renew(campaign, call.at)
        self._ledger.write(call.at, "rcs", call.operation, str(campaign.id), {})
        return render(200, {"data": renewed_form(campaign, campaign.members)})

    def stop(self, call: Call) -> Reply:
        """Cancel a campaign for good."""
        campaign = self._campaign(call)
        if campaign.members["status"] not in STOPPABLE:
            raise refused(call, "Invalid campaign status", "status")
        self._register.stop(campaign, call.at)
        self._ledger.write(call.at, "rcs", call.operation, str(campaign.id), {})
        return render(200, {"data": short_form(campaign, campaign.members)})

    def list_page(self, call: Call) -> Reply:
        """List the campaigns of a period; SMS campaigns, unless a type is asked for."""
        query = read_query(call)
        channel = read_choice(call, query, "filter[type]", CHANNELS, "sms")
        first, last = _window(call, query, future_days=DAYS_AHEAD)
        wanted = _search(call, query, "search" if call.operation == "listCampaigns" else "filter")
        at = call.at - call.lag_seconds
        shown = ((campaign, campaign.version_at(at)) for campaign in self._register.by_id.values())
        found: list[Shown] = [
            (campaign, version)
            for campaign, version in shown
            if version is not None
            and campaign.draft.message_type == channel
            and first <= int(kyiv(campaign.created_at)) <= last
            and wanted(campaign)
        ]
        order = read_choice(call, query, "sort", tuple(CAMPAIGN_ORDERS), "id")
        found.sort(key=CAMPAIGN_ORDERS[order], reverse=_backwards(call, query))
        offset, limit = _page(call, query, 30, self.page_limits["campaigns"])
        data = [short_form(*_bare(shown)) for shown in found[offset : offset + limit]]
        return render(200, {"data": data, "meta": _meta(len(found), offset, limit)})

    def list_messages(self, call: Call) -> Reply:
        """List the messages of a period, of a campaign, or the one that an id or a reference names."""
        query = read_query(call)
        first, last = _window(call, query, future_days=None)
        at = call.at - call.lag_seconds
        spans = [
            (source, indices)
            for source, indices in self._spans(call, query)
            if source.created_at <= at and first <= int(kyiv(source.created_at)) <= last
        ]
        order = read_choice(call, query, "sort", tuple(MESSAGE_ORDERS), "id")
        backwards = _backwards(call, query)
        offset, limit = _page(call, query, 15, self.page_limits["messages"])
        if order == "id":
            page = shown(_cut(spans, offset, limit, backwards=backwards), at)
        else:
            found = sorted(shown(spans, at), key=MESSAGE_ORDERS[order], reverse=backwards)
            page = iter(found[offset : offset + limit])
        data = [listed_message(message) for message in page]
        total = sum(len(indices) for _, indices in spans)
        return render(200, {"data": data, "meta": _meta(total, offset, limit)})

    def _spans(self, call: Call, query: dict[str, str]) -> list[Span]:
        """Return the messages that all of the id filters allow."""
        book = self._messages
        message_id, campaign_id = (
            read_integer(call, query, f"filter[{name}]", (1, LARGEST_INTEGER), 0)
            for name in ("id", "campaign_id")
        )
        reference = query.get("filter[reference_id]")
        if reference is not None:
            problems = list(REFERENCE(reference, "filter[reference_id]"))
            if problems:
                raise refused_fields(call, problems)
            found = book.by_reference(reference)
        elif message_id:
            found = book.by_id(message_id)
        else:
            found = book.everything()
        return [
            (source, indices)
            for source, indices in found
            if message_id in (0, source.first_message_id + indices[0])
            and campaign_id in (0, getattr(source, "id", None))
        ]

    def _campaign(self, call: Call) -> Campaign:
        """Return the campaign that the path names; an unknown id is refused in one of two ways."""
        segment = call.segments[0]
        if not INTEGER.fullmatch(segment) or not 1 <= int(segment) <= LARGEST_INTEGER:
            raise refused(call, "Invalid campaign id")
        campaign = self._register.by_id.get(int(segment))
        if campaign is None:
            raise _missing(call)
        return campaign

    def _shown(self, call: Call) -> Shown:
        """Return a campaign and the version to show; a replica that lags may not know it yet."""
        campaign = self._campaign(call)
        version = campaign.version_at(call.at - call.lag_seconds)
        if version is None:
            raise _missing(call)
        return campaign, version


def _missing(call: Call) -> RefusedError:
    if int(call.segments[0]) % 2:
        return refused(call, "Invalid campaign id")
    return RefusedError(failure(404, "Not Found"))


def _cut(spans: Sequence[Span], offset: int, limit: int, *, backwards: bool) -> Iterator[Span]:
    """Cut one page out of spans that are in order of ids, without looking at the messages."""
    for source, every in reversed(spans) if backwards else spans:
        indices = every[::-1] if backwards else every
        part = indices[offset : offset + limit]
        offset = max(0, offset - len(indices))
        limit -= len(part)
        yield source, part


def _bare(shown: Shown) -> tuple[Campaign, dict[str, Any]]:
    return shown[0], shown[1].members


def _meta(total: int, offset: int, limit: int) -> dict[str, dict[str, int]]:
    return {"page": {"total": total, "offset": offset, "limit": limit}}


def _page(call: Call, query: dict[str, str], least: int, default: int) -> tuple[int, int]:
    offset = read_integer(call, query, "page[offset]", (0, None), 0)
    return offset, read_integer(call, query, "page[limit]", (least, 500), default)


def _backwards(call: Call, query: dict[str, str]) -> bool:
    return read_choice(call, query, "way", WAYS, "asc") == "desc"


def _window(call: Call, query: dict[str, str], *, future_days: int | None) -> tuple[float, float]:
    """Return the period of a listing in Kyiv's time: at most three months, which is also the default.

    Args:
        call: What is answered.
        query: Its query.
        future_days: How far ahead the end may lie; None refuses any date that is not past.
    """
    now = float(int(kyiv(call.at)))
    last = _date(call, query, "filter[to]", now)
    first = _date(call, query, "filter[from]", months_before(last))
    limit = now if future_days is None else now + future_days * DAY_SECONDS
    if last > limit or (future_days is None and first > limit):
        raise refused_fields(call, [("filter[to]", "The date is too far in the future.")])
    if not months_before(last) <= first <= last:
        raise refused_fields(call, [("filter[from]", "The period must not exceed 3 months.")])
    return first, last


def _date(call: Call, query: dict[str, str], name: str, default: float) -> float:
    if name not in query:
        return default
    local = read(query[name])
    if local is None:
        raise refused_fields(call, [(name, "This value is not a valid datetime.")])
    return local


def _search(call: Call, query: dict[str, str], prefix: str) -> Callable[[Campaign], bool]:
    """Read the two search parameters, which the list's two paths name differently."""
    field_name, value_name = f"{prefix}[field]", f"{prefix}[value]"
    value = query.get(value_name)
    if value is not None and prefix == "search" and not 1 <= len(value) <= SEARCH_LONGEST:
        raise refused_fields(call, [(value_name, "This value is not valid.")])
    field = read_choice(call, query, field_name, ("", "sender", "taskname"), "")
    if field_name in query and not field:
        raise refused_fields(call, [(field_name, "The value you selected is not a valid choice.")])
    if not field or value is None:
        return lambda _: True
    if field == "sender":
        return lambda campaign: campaign.draft.sender == value
    return lambda campaign: str(campaign.id) == value
