"""The campaigns of one Acme workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from acme_campaigns import operations as ops
from acme_campaigns.codec import make_converter
from acme_campaigns.config import MOST_A_PAGE
from acme_campaigns.models import (
    AcmeCampaign,
    Appeal,
    Approval,
    CampaignDraft,
    CampaignPage,
    Remarks,
    SignOff,
)
from acme_campaigns.rules import APPEAL, RULES, is_as_wanted
from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError
from campaign_reg.models.outcome import Feedback
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.pager import Page, Pager
from campaign_reg.protocol.write import Answer, Found, PreparedWrite
from campaign_reg.providers.base import HttpBackend
from campaign_reg.wire.codec import dumps
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import build_request
from campaign_reg.wire.response import check_id, parse_response, vendor_date

if TYPE_CHECKING:
    from acme_campaigns.config import AcmeConfig
    from campaign_reg.protocol.action import Action
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request


class AcmeBackend(HttpBackend[AcmeCampaign]):
    """Campaigns of one Acme workspace.

    Attributes:
        converter: The cattrs converter; hooks registered here are used for every answer.
    """

    provider = "acme"
    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST, Verb.FEEDBACK})
    rules = RULES

    def __init__(self, config: AcmeConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(
            transport, account=config.workspace, timeouts=config.timeouts, schedule=config.schedule, **shared
        )
        self._config = config
        self.converter = make_converter()

    # What people call.

    async def get(self, id: str) -> AcmeCampaign:
        """Read a campaign.

        Raises:
            NotFoundError: No such campaign in this workspace.
        """
        campaign: AcmeCampaign = await self._ask(ops.GET, {"ref": id})
        check_id(ops.GET, id, campaign.id)
        return campaign

    def list(
        self, *, status: Iterable[str] | str | None = None, page_size: int | None = None
    ) -> Pager[AcmeCampaign]:
        """List campaigns lazily; no I/O before it is iterated.

        Args:
            status: Keep only these states.
            page_size: Campaigns a page, 200 at most; the setting's value without it.
        """
        size = self._config.page_size if page_size is None else page_size
        if not 1 <= size <= MOST_A_PAGE:
            raise InvalidInputError(f"page_size must be from 1 to {MOST_A_PAGE}")
        wanted = [status] if isinstance(status, str) else None if status is None else [*status]
        criteria = {"status": wanted, "archived": self._config.archived, "limit": size}
        return Pager(partial(self._page, criteria, None))

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """What Acme's reviewers had to say."""
        found: Remarks = await self._ask(ops.REMARKS, {"ref": id})
        return tuple(
            Feedback(field=remark.topic or "", text=remark.text or "", raw=self.converter.unstructure(remark))
            for remark in found.remarks
        )

    async def create(self, draft: CampaignDraft) -> Action:
        """Have a campaign reviewed; it runs when Acme accepts it."""
        return await self.perform(Verb.CREATE, None, draft)

    async def renew(self, id: str) -> Action:
        """Set a paused campaign going again."""
        return await self.perform(Verb.RENEW, id)

    async def approve(self, id: str, decision: SignOff | str, note: str | None = None) -> Action:
        """Record what the advertiser says."""
        return await self.perform(Verb.APPROVE, id, Approval(decision=decision, note=note))

    async def appeal(self, id: str, reason: str) -> Action:
        """Have Acme's reviewers look again at a campaign that they declined."""
        return await self.perform(APPEAL, id, Appeal(reason=reason))

    # What action, poller and batch call.

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a campaign and reduce it to what decides."""
        response = await self._transport.send(self._request(ops.GET, {"ref": id}, reservation=reservation))
        return self._reading(parse_response(ops.GET, response, self.converter.structure), response)

    def reading_of(self, campaign: AcmeCampaign) -> Reading:
        """Reduce a campaign that came with a listing; it may be old."""
        return self._reading(campaign, None)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaigns that carry a create's reference."""
        vendor_time, readings = None, []
        async for page in Pager(partial(self._page, {**mark, "archived": True}, reservation)).pages():
            vendor_time = vendor_time or page.vendor_time
            readings += [self.reading_of(campaign) for campaign in page.items]
        return Found(readings=tuple(readings), vendor_time=vendor_time)

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        if verb is Verb.CREATE:
            return self._prepare_create(target, params, key)
        if target is None:
            raise InvalidInputError(f"{verb} needs the campaign's id")
        if verb is Verb.RENEW:
            return self._prepared(ops.RENEW, {"ref": target}, {}, lambda _: Answer(target=target))
        if verb == APPEAL:
            body = self.converter.unstructure(params)
            return self._prepared(ops.APPEAL, {"ref": target}, body, lambda _: Answer(target=target))
        return self._prepared(
            ops.SIGN_OFF,
            {"ref": target},
            self.converter.unstructure(params),
            lambda campaign: Answer(target=target, settled=is_as_wanted(campaign, params)),
        )

    def _prepare_create(self, target: str | None, draft: CampaignDraft, key: str) -> PreparedWrite:
        if target is not None:
            raise InvalidInputError("a create takes no id: Acme gives the campaign its own")
        return self._prepared(
            ops.CREATE,
            {},
            {**self.converter.unstructure(draft), "reference": key},
            lambda campaign: Answer(target=campaign.id),
            mark={"reference": key},
        )

    def _prepared(
        self,
        operation: Operation,
        path: Mapping[str, str],
        body: Mapping[str, Any],
        answer_of: Callable[[Any], Answer],
        mark: Mapping[str, str] | None = None,
    ) -> PreparedWrite:
        request = self._request(operation, path, body=dumps(body))

        def interpret(response: Response) -> Answer:
            return answer_of(parse_response(operation, response, self.converter.structure))

        return PreparedWrite(request_for=lambda _: request, interpret=interpret, mark=mark or {})

    # How Acme is asked.

    async def _page(
        self, criteria: Mapping[str, Any], reservation: Reservation | None, cursor: str | None
    ) -> Page[AcmeCampaign]:
        """One page: the cursor goes out in the body and comes back in a header."""
        body = dumps({**criteria, "cursor": cursor})
        reservation = reservation if cursor is None else None
        response = await self._transport.send(self._request(ops.SEARCH, body=body, reservation=reservation))
        page: CampaignPage = parse_response(ops.SEARCH, response, self.converter.structure)
        return Page(
            items=page.campaigns,
            next_cursor=response.headers.get("Acme-Next-Cursor") or None,
            vendor_time=vendor_date(response.headers),
        )

    async def _ask(self, operation: Operation, path: Mapping[str, str]) -> Any:
        response = await self._transport.send(self._request(operation, path))
        return parse_response(operation, response, self.converter.structure)

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        reservation: Reservation | None = None,
    ) -> Request:
        path = {"workspace": self._config.workspace, **(path or {})}
        return build_request(operation, self._config.base_url, path=path, body=body, reservation=reservation)

    def _reading(self, campaign: AcmeCampaign, response: Response | None) -> Reading:
        # Dated from when the question left: how old an answer is, nobody knows better.
        age = 0.0 if response is None else max(self.clock.monotonic() - response.sent_at, 0.0)
        return Reading(
            target=campaign.id,
            version=campaign.version,
            status=campaign.vendor_status,
            taken_at=self.clock.now() - timedelta(seconds=age),
            vendor_time=None if response is None else vendor_date(response.headers),
            campaign=campaign,
        )
