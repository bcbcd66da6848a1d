"""A provider in one file, for a made-up vendor with many habits that others lack.

Campaigns have two ids (region and number), bodies are forms, a page names the next one by URL, user name and password
go with every request, the account's name comes from the vendor, and terms are in a second document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Applied, CampaignState, OpenEnum, Verb
from campaign_reg.errors import DecodeError, InvalidInputError, RateLimitError
from campaign_reg.models.reading import Reading
from campaign_reg.models.terms import TermsOrder
from campaign_reg.protocol.config import ProviderConfig, Secret, given, https_url, origin
from campaign_reg.protocol.pager import Page, Pager
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.write import Answer, Found, PreparedWrite
from campaign_reg.providers.base import HttpBackend, join_id, split_id
from campaign_reg.providers.credentials import BasicAuth
from campaign_reg.registry import Provider
from campaign_reg.wire.codec import loads, make_converter, register_model
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Operation, Refusal
from campaign_reg.wire.response import check_id

if TYPE_CHECKING:
    from campaign_reg.protocol.action import Action
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.ports import Transport

# Settings.


@attrs.frozen(kw_only=True)
class BeaconConfig(ProviderConfig):
    """A Beacon account.

    Attributes:
        user: User name.
        password: Secret, or what fetches it.
        base_url: Origin of the API.
    """

    user: str = attrs.field(validator=given)
    password: Secret = attrs.field(repr=False, validator=given)
    base_url: str = attrs.field(default="https://api.beacon.example", converter=origin, validator=https_url)


# Documents.


class BeaconStatus(OpenEnum):
    """State of a campaign."""

    REVIEW = "review"
    LIVE = "live"
    REFUSED = "refused"


_STATES = {
    BeaconStatus.REVIEW: CampaignState.IN_REVIEW,
    BeaconStatus.LIVE: CampaignState.ACTIVE,
    BeaconStatus.REFUSED: CampaignState.REJECTED,
}


@attrs.frozen(kw_only=True, slots=False)
class BeaconCampaign:
    """A campaign.

    Attributes:
        region: First part of its id.
        number: Second part, unique in its region.
        rev: Counts the changes.
        reference: The caller's own, given with the create.
    """

    region: str
    number: str
    rev: int
    status: BeaconStatus
    name: str = ""
    reference: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """Region and number."""
        return join_id(self.region, self.number)

    @property
    def provider(self) -> str:
        """Registered name."""
        return "beacon"

    @property
    def state(self) -> CampaignState:
        """The status, in the library's words."""
        return _STATES.get(self.status, CampaignState.UNKNOWN)

    @property
    def vendor_status(self) -> str:
        """The status, in Beacon's words."""
        return str(self.status)

    @property
    def version(self) -> str:
        """The counter of changes."""
        return str(self.rev)

    @property
    def created_at(self) -> datetime | None:
        """Not known: Beacon has no dates."""
        return None

    @property
    def updated_at(self) -> datetime | None:
        """Not known: Beacon has no dates."""
        return None


@attrs.frozen(kw_only=True, slots=False)
class CampaignPage:
    """One page of the listing; `next_page_url` is missing on the last one."""

    campaigns: tuple[BeaconCampaign, ...] = ()
    next_page_url: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OperatorTerms:
    """What one operator grants: messages a day."""

    operator: str
    daily: int
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TermsDocument:
    """The terms of a campaign."""

    operators: tuple[OperatorTerms, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Account:
    """The account that the password belongs to."""

    account: str
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class BeaconDraft:
    """A campaign to be created.

    Attributes:
        region: Where.
        name: For people.
    """

    region: str
    name: str


@attrs.frozen(kw_only=True, slots=False)
class BeaconResubmission:
    """Parameters of a resubmission.

    Attributes:
        operators: To whom; empty means all.
    """

    operators: tuple[str, ...] = ()


def beacon_converter() -> Any:
    """Make the converter; Beacon's names are ours."""
    converter = make_converter()
    for model in (BeaconCampaign, CampaignPage, OperatorTerms, TermsDocument, Account):
        register_model(converter, model, {field: field for field in attrs.fields_dict(model)})
    return converter


# Calls.


def parse_error(response: Response) -> ErrorBody:
    """Read `{"reason": ...}`; anything else has no reason."""
    try:
        reason = loads(response.body)["reason"]
    except (DecodeError, KeyError, TypeError):
        return ErrorBody()
    return ErrorBody(code=reason) if isinstance(reason, str) else ErrorBody()


ERRORS = ErrorTable(by_code={"busy": Refusal(RateLimitError, Applied.NO, transient=True)}, parse=parse_error)
_make = partial(Operation, errors=ERRORS, source="https://docs.beacon.example/api")
_CAMPAIGN = "/v2/{region}/campaigns/{number}"
GET = _make(name="beacon.get", method="GET", path=_CAMPAIGN, safe=True, result=BeaconCampaign)
TERMS = _make(name="beacon.terms", method="GET", path=_CAMPAIGN + "/terms", safe=True, result=TermsDocument)
LIST = _make(name="beacon.list", method="GET", path="/v2/campaigns", safe=True, result=CampaignPage)
ACCOUNT = _make(name="beacon.account", method="GET", path="/v2/account", safe=True, result=Account)
CREATE = _make(
    name="beacon.create", method="POST", path="/v2/{region}/campaigns", safe=False, result=BeaconCampaign
)
RESUBMIT = _make(
    name="beacon.resubmit",
    method="POST",
    path=_CAMPAIGN + "/resubmissions",
    safe=False,
    result=BeaconCampaign,
)


# Verbs.


def is_later(version: str, other: str) -> bool:
    """Compare two counters."""
    return version.isdecimal() and other.isdecimal() and int(version) > int(other)


_rule = partial(
    VerbRule,
    in_progress=frozenset({"review"}),
    succeeded=frozenset({"live"}),
    failed=frozenset({"refused"}),
    is_later=is_later,
)
RULES: Mapping[Verb, VerbRule] = {
    Verb.CREATE: _rule(verb=Verb.CREATE, params=BeaconDraft, creates=True),
    Verb.RESUBMIT: _rule(
        verb=Verb.RESUBMIT,
        params=BeaconResubmission,
        busy=frozenset({"review"}),
        resendable=True,
        order=TermsOrder(numeric=frozenset({"daily"})),
    ),
}


class BeaconBackend(HttpBackend[BeaconCampaign]):
    """Campaigns of one Beacon account."""

    provider = "beacon"
    rules = RULES

    def __init__(self, config: BeaconConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(
            config,
            transport,
            account=config.user,  # until `identify` knows better
            converter=beacon_converter(),
            base_url=config.base_url,
            **shared,
        )

    async def identify(self) -> None:
        """Ask for the account's name: several users share one account."""
        found: Account = await self._call(ACCOUNT)
        self.account = found.account

    async def get(self, id: str) -> BeaconCampaign:
        """Read a campaign."""
        campaign: BeaconCampaign = await self._call(GET, split_id(id, "region", "number"))
        check_id(GET, id, campaign.id)
        return campaign

    def list(self, *, reference: str | None = None, page_size: int = 50) -> Pager[BeaconCampaign]:
        """List campaigns lazily."""
        return Pager(partial(self._listed, {"reference": reference, "size": page_size}, None))

    async def _listed(
        self, query: Mapping[str, Any], reservation: Reservation | None, cursor: str | None
    ) -> Page[BeaconCampaign]:
        if cursor is None:
            request = self._request(LIST, query=query, reservation=reservation)
        else:
            request = self._follow(LIST, cursor)
        return await self._page(request, _page_of)

    async def create(self, draft: BeaconDraft) -> Action[BeaconCampaign]:
        """Create a campaign."""
        return await self.perform(Verb.CREATE, None, draft)

    async def resubmit(self, id: str, *, operators: Iterable[str] = ()) -> Action[BeaconCampaign]:
        """Resubmit a campaign to operators; without any, to all."""
        return await self.perform(Verb.RESUBMIT, id, BeaconResubmission(operators=tuple(operators)))

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a campaign, for a resubmission with its terms."""
        path = split_id(id, "region", "number")
        reading = await self._read(self._request(GET, path, reservation=reservation), id)
        if verb != Verb.RESUBMIT:
            return reading
        found: TermsDocument = await self._call(TERMS, path)
        return attrs.evolve(reading, terms={each.operator: {"daily": each.daily} for each in found.operators})

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """Find the campaigns with the reference of a create."""
        readings, vendor_time = [], None
        async for page in Pager(partial(self._listed, mark, reservation)).pages():
            vendor_time = page.vendor_time or vendor_time
            readings += [self.reading_of(campaign) for campaign in page.items]
        return Found(readings=tuple(readings), vendor_time=vendor_time)

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        if verb == Verb.CREATE:
            mark = {"reference": key}
            form = {"name": params.name, **mark}
            path = {"region": params.region}
            return self._prepared(CREATE, path, form=form, answer=_taken, mark=mark)
        if target is None:
            raise InvalidInputError(f"{verb} needs the campaign's id")
        path = split_id(target, "region", "number")
        return self._prepared(RESUBMIT, path, form={"operators": ",".join(params.operators)}, answer=_taken)


def _taken(campaign: BeaconCampaign) -> Answer:
    return Answer(target=campaign.id)


def _page_of(page: CampaignPage, _: Response) -> Page[BeaconCampaign]:
    return Page(items=page.campaigns, next_cursor=page.next_page_url)


PROVIDER = Provider(
    name="beacon",
    title="Beacon",
    config=BeaconConfig,
    scheme=lambda config: BasicAuth(config.base_url, config.user, config.password),
    backend=BeaconBackend,
)
