"""The campaigns of one Acme workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from campaign_reg.wire.response import check_id

if TYPE_CHECKING:
    from acme_campaigns.config import AcmeConfig
    from campaign_reg.protocol.action import Action
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.ports import Transport


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
            config,
            transport,
            account=config.workspace,
            converter=make_converter(),
            base_url=config.base_url,
            path={"workspace": config.workspace},
            **shared,
        )
        self._config = config

    # What people call.

    async def get(self, id: str) -> AcmeCampaign:
        """Read a campaign.

        Raises:
            NotFoundError: No such campaign in this workspace.
        """
        campaign: AcmeCampaign = await self._call(ops.GET, {"ref": id})
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
        return Pager(partial(self._search, criteria, None))

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """What Acme's reviewers had to say."""
        found: Remarks = await self._call(ops.REMARKS, {"ref": id})
        return tuple(
            Feedback(field=remark.topic or "", text=remark.text or "", raw=self.converter.unstructure(remark))
            for remark in found.remarks
        )

    async def create(self, draft: CampaignDraft) -> Action[AcmeCampaign]:
        """Have a campaign reviewed; it runs when Acme accepts it."""
        return await self.perform(Verb.CREATE, None, draft)

    async def renew(self, id: str) -> Action[AcmeCampaign]:
        """Set a paused campaign going again."""
        return await self.perform(Verb.RENEW, id)

    async def approve(
        self, id: str, decision: SignOff | str, note: str | None = None
    ) -> Action[AcmeCampaign]:
        """Record what the advertiser says."""
        return await self.perform(Verb.APPROVE, id, Approval(decision=decision, note=note))

    async def appeal(self, id: str, reason: str) -> Action[AcmeCampaign]:
        """Have Acme's reviewers look again at a campaign that they declined."""
        return await self.perform(APPEAL, id, Appeal(reason=reason))

    # What action, poller and batch call.

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a campaign and reduce it to what decides."""
        return await self._read(self._request(ops.GET, {"ref": id}, reservation=reservation), id)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaigns that carry a create's reference."""
        vendor_time, readings = None, []
        async for page in Pager(partial(self._search, {**mark, "archived": True}, reservation)).pages():
            vendor_time = vendor_time or page.vendor_time
            readings += [self.reading_of(campaign) for campaign in page.items]
        return Found(readings=tuple(readings), vendor_time=vendor_time)

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        if verb is Verb.CREATE:
            return self._prepared_create(target, params, key)
        if target is None:
            raise InvalidInputError(f"{verb} needs the campaign's id")
        path, body = {"ref": target}, self._json(self.converter.unstructure(params))
        if verb is Verb.APPROVE:
            return self._prepared(
                ops.SIGN_OFF,
                path,
                body=body,
                answer=lambda campaign: Answer(target=target, settled=is_as_wanted(campaign, params)),
            )
        operation = ops.RENEW if verb is Verb.RENEW else ops.APPEAL
        return self._prepared(operation, path, body=body, answer=lambda _: Answer(target=target))

    def _prepared_create(self, target: str | None, draft: CampaignDraft, key: str) -> PreparedWrite:
        if target is not None:
            raise InvalidInputError("a create takes no id: Acme gives the campaign its own")
        return self._prepared(
            ops.CREATE,
            body=self._json({**self.converter.unstructure(draft), "reference": key}),
            answer=lambda campaign: Answer(target=campaign.id),
            mark={"reference": key},
        )

    async def _search(
        self, criteria: Mapping[str, Any], reservation: Reservation | None, cursor: str | None
    ) -> Page[AcmeCampaign]:
        """One page: the cursor goes out in the body and comes back in a header."""
        body = self._json({**criteria, "cursor": cursor})
        request = self._request(ops.SEARCH, body=body, reservation=reservation if cursor is None else None)
        return await self._page(request, _page_of)


def _page_of(found: CampaignPage, response: Response) -> Page[AcmeCampaign]:
    return Page(items=found.campaigns, next_cursor=response.headers.get("Acme-Next-Cursor") or None)
