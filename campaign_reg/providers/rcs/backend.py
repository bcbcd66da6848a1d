"""The RCS campaigns of one account at BSG or WWT."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from campaign_reg.enums import Verb
from campaign_reg.errors import (
    ApiError,
    CampaignRegError,
    ConflictError,
    DecodeError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
)
from campaign_reg.models.finding import Finding, refuse_errors
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.pager import Pager, checked_page_size
from campaign_reg.protocol.write import Answer, BeforeSend, Found, NotApplied, PreparedWrite
from campaign_reg.providers.rcs import operations as ops
from campaign_reg.providers.rcs.account import AccountCalls
from campaign_reg.providers.rcs.auth import RcsJwt
from campaign_reg.providers.rcs.callbacks import Headers, parse_callback
from campaign_reg.providers.rcs.calls import MOST_A_PAGE, digits
from campaign_reg.providers.rcs.codec import campaign_body, references_of
from campaign_reg.providers.rcs.config import RcsConfig
from campaign_reg.providers.rcs.drafts import CampaignDraft, Renewal
from campaign_reg.providers.rcs.lint import findings
from campaign_reg.providers.rcs.messages import MessageCalls
from campaign_reg.providers.rcs.models import RcsCampaign, RcsCampaignDetail
from campaign_reg.providers.rcs.rules import RESUMED, RULES, STOPPABLE
from campaign_reg.providers.registry import Provider
from campaign_reg.wire.response import check_id, vendor_date

if TYPE_CHECKING:
    from campaign_reg.protocol.action import Action
    from campaign_reg.providers.rcs.config import RcsConfig
    from campaign_reg.providers.rcs.envelopes import MessagePage
    from campaign_reg.providers.rcs.events import Event
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.operation import Operation
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import QueryValue

_FIND_LIMIT = 100
_NOT_THERE = frozenset({404, 405})
_AS_FAR_BACK = timedelta(days=5 * 365)
_SEARCHES = {"/api/campaigns": "search", "/api/campaign": "filter"}


class RcsBackend(MessageCalls, AccountCalls):
    """Campaigns of one account: typed methods over the neutral seam.

    Build it with `campaign_reg.connect("rcs", ...)`.

    Attributes:
        converter: The cattrs converter; hooks registered here are used for every answer.
    """

    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST})
    rules = RULES

    def __init__(self, config: RcsConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(config, transport, **shared)
        lists, stops = (ops.LIST, ops.LIST_SINGULAR), (ops.STOP_PATCH, ops.STOP_PUT)
        self._lists = _Forms(*sorted(lists, key=lambda form: form.path != config.list_path))
        self._stops = _Forms(*sorted(stops, key=lambda form: form.method != config.stop_method))

    async def get(self, id: str) -> RcsCampaign:
        """Read a campaign, short form.

        Args:
            id: The campaign's, as text; not a message's.

        Raises:
            NotFoundError: No such campaign.
            InvalidInputError: It is not a number.

        Source:
            https://bsg.world/developers/rest-api/get-general-information-about-the-rcs-campaign
        """
        envelope = await self._call(ops.GET, {"id": digits(id)})
        campaign: RcsCampaign = envelope.data
        check_id(ops.GET, id, campaign.id)
        return campaign

    async def detail(self, id: str) -> RcsCampaignDetail:
        """Read a campaign with a counter for each message state, and what it cost.

        Raises:
            NotFoundError: No such campaign.
            InvalidInputError: It is not a number.

        Source:
            https://bsg.world/developers/rest-api/get-detailed-information-on-the-rcs-campaign
        """
        envelope = await self._call(ops.DETAIL, {"id": digits(id)})
        campaign: RcsCampaignDetail = envelope.data
        check_id(ops.DETAIL, id, campaign.id)
        return campaign

    def list(
        self,
        *,
        created_from: datetime | str | None = None,
        created_to: datetime | str | None = None,
        sender: str | None = None,
        newest_first: bool = False,
        page_size: int | None = None,
    ) -> Pager[RcsCampaign]:
        """List RCS campaigns lazily; no I/O before it is iterated.

        Args:
            created_from: At or after. A longer period than three months is walked through in several. Left out, the
                platform looks back three months from `created_to`.
            created_to: At or before. Left out, until now.
            sender: Keep only this agent's.
            newest_first: By id, falling; pages may shift while campaigns are made.
            page_size: 30 to 500.

        Times may be given as text, such as `2026-11-22 09:00:00`. Those without a zone are the platform's; an instant
        needs the setting `time_zone`.

        Source:
            https://bsg.world/developers/rest-api/get-a-list-of-rcs-campaigns
        """
        query: dict[str, QueryValue] = {
            "filter[type]": "rcs",  # without it, the platform lists SMS campaigns
            "way": "desc" if newest_first else None,
            "page[limit]": checked_page_size(page_size, least=30, most=MOST_A_PAGE),
        }
        period = self._period(created_from, created_to, newest_first=newest_first)

        async def fetch(asked: Mapping[str, QueryValue]) -> Any:
            return await self._lists.call(
                lambda form: self._listed(form, {**asked, **_searched(form, sender)}), _NOT_THERE
            )

        return self._pages_in(period, query, fetch)

    def everything(self) -> Pager[RcsCampaign]:
        """List the RCS campaigns of the last five years lazily, in windows of three months."""
        since = self.clock.now() - _AS_FAR_BACK
        return self.list(created_from=since.replace(tzinfo=None, microsecond=0), page_size=MOST_A_PAGE)

    async def create(
        self, draft: CampaignDraft, *, before_send: BeforeSend | None = None
    ) -> Action[RcsCampaign]:
        """Create a campaign, for numbers or for contact lists; it sends at once unless the draft says when.

        Each recipient without a reference gets one, by which a create whose answer is lost is found again. One for
        contact lists has none: it ends as unknown.

        Args:
            draft: The campaign.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Returns:
            The action; `action.target` is the new campaign's id.

        Raises:
            InvalidInputError: The draft exceeds a limit of the vendor's.
            InvalidRequestError: The platform refused it; `violations` says why.
            OutcomeUnknownError: It may have been taken; the platform also answers so to the same request sent twice.
                The error carries the action's token, except for contact lists: list campaigns before trying again.

        Source:
            https://bsg.world/developers/rest-api/send-rcs-message
        """
        return await self.perform(Verb.CREATE, None, draft, before_send=before_send)

    async def renew(self, id: str, *, before_send: BeforeSend | None = None) -> Action[RcsCampaign]:
        """Resume a campaign that was paused for lack of funds. Top up first: nothing is added here.

        It is read before; unless it is paused, nothing is sent and the action is done, with verdict `skipped`. The
        action ends when the campaign sends again or is done; `action_required` says that it ran dry once more.

        Args:
            id: The campaign.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            ConflictError: The platform says that it is in no state for this, and a reading agrees.
            OutcomeUnknownError: It may have been applied; the error carries the action's token.
            NotFoundError: No such campaign.

        Source:
            https://telcowwt.com/documentations/rest-api/rcs-api/restore-rcs-campaigns/
        """
        return await self.perform(Verb.RENEW, digits(id), Renewal(), before_send=before_send)

    async def stop(self, id: str) -> RcsCampaign:
        """Cancel a campaign for good; it cannot be undone.

        It is read first, then one request is sent, never repeated. One that is stopped already is returned as it is.

        Raises:
            InvalidInputError: Its status allows no stop; nothing was sent.
            ConflictError: The platform says that its status allows no stop.
            OutcomeUnknownError: It may have been stopped: read it before trying again.
            NotFoundError: No such campaign.

        Source:
            https://telcowwt.com/documentations/rest-api/rcs-api/canceling-an-rcs-campaign/
            https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        """
        campaign = await self.get(id)
        if campaign.status == "stopped":
            return campaign
        if campaign.vendor_status not in STOPPABLE:
            allowed = ", ".join(sorted(STOPPABLE))
            raise InvalidInputError(
                f"the campaign is {campaign.vendor_status or 'in no known state'}: only one that is {allowed} can be "
                "stopped; nothing was sent"
            )
        envelope = await self._stops.call(lambda form: self._call(form, {"id": id}), frozenset({405}))
        stopped: RcsCampaign = envelope.data
        check_id(ops.STOP_PUT, id, stopped.id)
        return stopped

    def parse_callback(
        self, headers: Headers, body: bytes, *, secret: str | None, presented: str | None
    ) -> Event:
        """Read a callback, without I/O; see `campaign_reg.providers.rcs.callbacks.parse_callback`.

        The event is a hint: `message(event.message_id)` or a `get` of `campaign_of(event)` decides.

        Raises:
            InvalidInputError: The secret does not match, or it is not a callback.
            DecodeError: The body does not parse.
        """
        return parse_callback(headers, body, secret=secret, presented=presented, converter=self.converter)

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What the vendor would refuse, or may refuse later, found without I/O."""
        made = self.params(verb, params)
        return findings(made, self.clock.now()) if isinstance(made, CampaignDraft) else ()

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a campaign and reduce it to what decides.

        For a renew the detail form is read: its counters tell how many messages have left. The total of the short form
        falls when people read their messages, so that it can prove nothing.
        """
        operation = ops.DETAIL if verb is Verb.RENEW else ops.GET
        return await self._read(self._request(operation, {"id": digits(id)}, reservation=reservation), id)

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        if verb is Verb.CREATE:
            if target is not None:
                raise InvalidInputError("a create takes no id: the platform gives the campaign its own")
            return self._prepared_create(params, key)
        if target is None:
            raise InvalidInputError(f"{verb} needs the campaign's id")
        return self._prepared_renew(digits(target))

    def _prepared_create(self, draft: CampaignDraft, key: str) -> PreparedWrite:
        refuse_errors(findings(draft, self.clock.now()))
        if not (key.isascii() and key.isalnum() and len(key) <= 28) and key:
            raise InvalidInputError("key must be letters and digits, at most 28")
        references = references_of(draft.phones, key)
        first = references[0] if references else None
        return self._prepared(
            ops.CREATE if draft.phones else ops.CREATE_BY_GROUPS,
            body=self._json(campaign_body(draft, references, self._config.zone)),
            answer=lambda envelope: Answer(target=envelope.data.id),
            mark={} if first is None else {"reference_id": first},
        )

    def _prepared_renew(self, id: str) -> PreparedWrite:

        def answer(envelope: Any) -> Answer:
            check_id(ops.RENEW, id, envelope.data.id)
            return Answer(target=id)

        async def refused(error: ApiError) -> Answer | NotApplied:
            # How the refusal for a campaign's state looks is not published.
            is_for_state = isinstance(error, ConflictError | InvalidRequestError)
            return await self._refused_renew(id, error) if is_for_state else NotApplied(error)

        return self._prepared(ops.RENEW, {"id": id}, answer=answer, refused=refused)

    async def _refused_renew(self, id: str, refusal: ApiError) -> Answer | NotApplied:
        """What a refusal for the campaign's state means: it may be the echo of a renew that has done its work."""
        request = self._request(ops.DETAIL, {"id": id})
        request.own_connection = True  # it decides at once, so that no late answer to an earlier reading may
        try:
            reading = await self._read(request, id)
        except CampaignRegError as error:
            reason = f"{refusal.message or 'refused'}, and then it could not be read ({type(error).__name__})"
            raise OutcomeUnknownError.from_answer(refusal, ops.RENEW.name, reason) from error
        if reading.status in RESUMED:
            return Answer(target=id, settled=True)
        return NotApplied(refusal)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaigns that have a message with the mark's reference."""
        reference = mark["reference_id"]
        query: dict[str, QueryValue] = {"filter[reference_id]": reference, "page[limit]": _FIND_LIMIT}
        request = self._request(ops.LIST_MESSAGES, query=query, reservation=reservation)
        page, response = await self._exchange(request)
        ids = tuple(dict.fromkeys(_campaigns_in(page, reference)))
        readings = [await self._found(id) for id in ids]
        return Found(readings=tuple(readings), vendor_time=vendor_date(response.headers))

    async def _found(self, id: str) -> Reading:
        """A campaign that a message names; one that cannot be read yet is there all the same."""
        try:
            return await self.read(id)
        except NotFoundError:
            return Reading(target=id, version=None, status="", taken_at=self.clock.now())


class _Forms:
    """Two forms of one call, of which the platform knows one: the likelier first, the other once, then remembered."""

    def __init__(self, first: Operation, other: Operation) -> None:
        self._first, self._other, self._known = first, other, False

    async def call(self, send: Callable[[Operation], Awaitable[Any]], not_there: frozenset[int]) -> Any:
        """Send in the form that is known, or find out which one that is.

        Args:
            send: Sends in a form.
            not_there: Statuses that say that there is no such call, and nothing was applied.
        """
        form, other = self._first, self._other
        try:
            answer = await send(form)
        except ApiError as refusal:
            # Another call may have found out meanwhile that it is the other one.
            is_known = self._known and form is self._first
            if is_known or refusal.status not in not_there:
                raise
            form, other = other, form
            answer = await send(form)
        self._first, self._other, self._known = form, other, True
        return answer


def _searched(form: Operation, sender: str | None) -> dict[str, QueryValue]:
    """The search by sender, whose parameters have other names in each form."""
    if sender is None:
        return {}
    prefix = _SEARCHES[form.path]
    return {f"{prefix}[field]": "sender", f"{prefix}[value]": sender}


def _campaigns_in(page: MessagePage, reference: str) -> Iterator[str]:
    for index, message in enumerate(page.data):
        if message.reference_id != reference:
            raise DecodeError(
                f"data[{index}].reference_id", "the platform listed a message that was not asked for"
            )
        if message.campaign_id is not None:
            yield message.campaign_id


PROVIDER = Provider(
    name="rcs",
    title="RCS campaigns at BSG and WWT",
    config=RcsConfig,
    scheme=RcsJwt,
    backend=RcsBackend,
)
