"""The campaigns and approvals of one Responsys account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from campaign_reg.enums import Verb
from campaign_reg.errors import ApiError, InvalidInputError, NotFoundError
from campaign_reg.models.finding import Finding, refuse_errors
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.pager import Pager
from campaign_reg.protocol.write import Answer, BeforeSend, Found, PreparedWrite
from campaign_reg.providers.registry import Provider
from campaign_reg.providers.responsys import operations as ops
from campaign_reg.providers.responsys.approval_models import Approval, ApprovalStatus, CampaignApproval
from campaign_reg.providers.responsys.attributes import Attributes
from campaign_reg.providers.responsys.auth import scheme_for
from campaign_reg.providers.responsys.calls import Listing
from campaign_reg.providers.responsys.codec import changed, shows
from campaign_reg.providers.responsys.config import ResponsysConfig
from campaign_reg.providers.responsys.details import (
    CloseResult,
    SearchFilters,
    SearchHit,
    SortField,
    criteria,
)
from campaign_reg.providers.responsys.models import (
    CampaignChanges,
    CampaignDraft,
    CampaignFields,
    CampaignType,
    ResponsysCampaign,
)
from campaign_reg.providers.responsys.rules import RULES, findings
from campaign_reg.providers.responsys.schedules import Schedules
from campaign_reg.wire.request import segment
from campaign_reg.wire.response import check_id, vendor_date

if TYPE_CHECKING:
    from campaign_reg.protocol.action import Action
    from campaign_reg.providers.responsys.config import ResponsysConfig
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request

_MOST_HITS = 20


class ResponsysBackend(Schedules, Attributes):
    """Campaigns of one Responsys account: typed methods over the neutral seam. A campaign's id is its name.

    Build it with `campaign_reg.connect("responsys", ...)`.
    """

    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST})
    rules = RULES

    def __init__(self, config: ResponsysConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(config, transport, **shared)
        self._version = ops.VERSIONS[config.api_version]

    async def get(self, id: str) -> ResponsysCampaign:
        """Read a campaign.

        Args:
            id: Its name.

        Raises:
            NotFoundError: No such email campaign of the designer.
            InvalidInputError: The name cannot stand in a path.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-get.htm
        """
        campaign: ResponsysCampaign = await self._call(self._version.get, {"name": id})
        check_id(self._version.get, id, campaign.id)
        return campaign

    def list(
        self, *, type: CampaignType | str = CampaignType.EMAIL, page_size: int = 200
    ) -> Pager[ResponsysCampaign]:
        """List the campaigns of one channel, lazily; no I/O before it is iterated.

        Classic email campaigns never appear.

        Args:
            type: Channel: email, push, sms, mms or pushiocampaign.
            page_size: Campaigns a page, from 1 to 200.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-get.htm
        """
        channel = CampaignType(str(type).upper())
        if not channel.is_recognized:
            raise InvalidInputError(f"type must be one of {', '.join(CampaignType).lower()}")
        listing = Listing(
            operation=ops.LIST, member="campaigns", query={"type": channel.lower()}, page_size=page_size
        )
        return self._pager(listing, ResponsysCampaign)

    def search(
        self,
        keyword: str | None = None,
        *,
        filters: SearchFilters | None = None,
        sort_by: SortField | str | None = None,
        ascending: bool = False,
        page_size: int = _MOST_HITS,
    ) -> Pager[SearchHit]:
        """Search campaigns of all channels, lazily; no I/O before it is iterated.

        Args:
            keyword: Text in names and descriptions.
            filters: At most two at once.
            sort_by: By default `modifiedOn`, newest first.
            ascending: The order, where `sort_by` is given.
            page_size: Hits a page, from 1 to 20.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-actions-search-post.html
        """
        body: dict[str, Any] = {}
        if keyword is not None:
            body["searchCriteria"] = {"keyword": {"key": "campaignName", "value": keyword}}
        if filters is not None:
            body["filterCriteria"] = criteria(filters)
        if sort_by is not None:
            field = SortField(sort_by)
            if not field.is_recognized:
                raise InvalidInputError(f"sort_by must be one of {', '.join(SortField)}")
            body["sortCriteria"] = {"field": field.value, "order": "asc" if ascending else "desc"}
        listing = Listing(
            operation=ops.SEARCH,
            member="campaigns",
            body=self._json(body),
            page_size=page_size,
            most=_MOST_HITS,
            links_tell=False,  # whether a search has links to its pages is not published
        )
        return self._pager(listing, SearchHit)

    async def create(
        self, draft: CampaignDraft, *, before_send: BeforeSend | None = None
    ) -> Action[ResponsysCampaign]:
        """Create an email campaign.

        Nothing is sent where there is one of that name: the action is done, with verdict `skipped`.

        Args:
            draft: The campaign.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            ConflictError: The name is taken, perhaps by a form or a classic campaign.
            InvalidRequestError: Responsys refused the draft.
            InvalidInputError: The draft lacks what this version of the API needs, or has what it does not take.
            OutcomeUnknownError: It may have been created; the error carries the action's token. `get` it by its name.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
        """
        return await self.perform(Verb.CREATE, None, draft, before_send=before_send)

    async def update(
        self, id: str, changes: CampaignChanges, *, before_send: BeforeSend | None = None
    ) -> Action[ResponsysCampaign]:
        """Change a campaign: it is read, and sent back whole with the changes.

        Responsys has no way to notice that another user changed it between the reading and the write; such a change is
        overwritten. Where it is already as wanted, nothing is sent and the action is done, with verdict `skipped`.

        Args:
            id: The campaign's name, which cannot be changed.
            changes: What to change.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            OutcomeUnknownError: It may have been changed; the error carries the action's token.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-put.htm
        """
        return await self.perform(Verb.UPDATE, id, changes, before_send=before_send)

    async def copy(
        self, id: str, new_name: str, *, description: str | None = None, folder_name: str | None = None
    ) -> ResponsysCampaign:
        """Copy an email campaign.

        Args:
            id: Name of the campaign.
            new_name: Name of the copy.
            description: Of the copy; None keeps the text.
            folder_name: Of the copy, as clients use it (the vendor's words can be read as the source's); None keeps it.

        Raises:
            ConflictError: The new name is taken.
            OutcomeUnknownError: It may have been copied: `get` the new name before trying again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-actions-copy-post.htm
        """
        segment(new_name, "new_name")  # or no later call could have it in its path
        body = {"newCampaignName": new_name, "description": description, "folderName": folder_name}
        made: ResponsysCampaign = await self._call(self._version.copy, {"name": id}, body=self._json(body))
        check_id(self._version.copy, new_name, made.id)
        return made

    async def close(self, id: str) -> CloseResult:
        """Close a campaign and end its listeners, for good (`aclose` is what ends the connection).

        What Responsys answers for a closed one is not published: look at `campaign_status` first.

        Raises:
            ApiError: Responsys answered 200, and that it did not close it.
            PermissionDeniedError: The role Campaign Web Services Manager is missing, or access to the campaign.
            OutcomeUnknownError: It may be closed: `get` it before trying again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-campaigns-campaignName-actions-close-put.htm
        """
        result: CloseResult = await self._call(ops.CLOSE, {"name": id})
        if not result.status:
            raise ApiError(ops.CLOSE.name, 200, result.message or "it was not closed")
        return result

    def approvals(self, *, status: ApprovalStatus | str | None = None) -> Pager[CampaignApproval]:
        """List campaigns with their approval, lazily; no I/O before it is iterated.

        Args:
            status: Only those in this state.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-get.htm
        """
        wanted = None if status is None else Approval(status=status).status.value
        listing = Listing(operation=ops.LIST_APPROVALS, member="campaigns", query={"status": wanted})
        return self._pager(listing, CampaignApproval)

    async def approval(self, id: str) -> CampaignApproval:
        """Read the approval of a campaign.

        Raises:
            PermissionDeniedError: Approvals are not enabled for the account.
            InvalidRequestError: It is no email campaign of the designer.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-get.htm
        """
        approval: CampaignApproval = await self._call(ops.GET_APPROVAL, {"name": id})
        check_id(ops.GET_APPROVAL, id, approval.id)
        return approval

    async def approve(
        self,
        id: str,
        *,
        status: ApprovalStatus | str = ApprovalStatus.APPROVED,
        before_send: BeforeSend | None = None,
    ) -> Action[ResponsysCampaign]:
        """Set the approval of a campaign: grant it, refuse it, ask for it or waive it.

        The approval is read first. Where it is already as wanted, nothing is sent and the action is done, with verdict
        `skipped`. Which state may follow which is for Responsys to say.

        Args:
            id: The campaign's name.
            status: APPROVED, REJECTED, NEEDS_APPROVAL or APPROVAL_NOT_REQUIRED.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            ConflictError: A request for approval is open already.
            PermissionDeniedError: Approvals are not enabled for the account.
            OutcomeUnknownError: It may have been applied; the error carries the action's token. Do not send it again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm
        """
        return await self.perform(Verb.APPROVE, id, Approval(status=status), before_send=before_send)

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a campaign, for `approve` its approval, and reduce it to what decides."""
        operation = ops.GET_APPROVAL if verb is Verb.APPROVE else self._version.get
        return await self._read(self._request(operation, {"name": id}, reservation=reservation), id)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaign of that name, which is the only one."""
        operation = self._version.get
        response = await self._transport.send(self._request(operation, dict(mark), reservation=reservation))
        vendor_time = vendor_date(response.headers)
        try:
            campaign = self._decoded(operation, response)
        except NotFoundError:
            return Found(vendor_time=vendor_time)
        check_id(operation, mark["name"], campaign.id)
        return Found(readings=(self._reading(campaign, response),), vendor_time=vendor_time)

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What Responsys would refuse, or may, found without I/O."""
        return tuple(findings(self.params(verb, params)))

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        self._refuse_unfit(params)
        if verb is Verb.CREATE:
            return self._prepared_create(target, params)
        if target is None:
            raise InvalidInputError(f"{verb} needs the campaign's name")
        if verb is Verb.UPDATE:
            return self._prepared_update(target, params)
        return self._prepared_approval(target, params)

    def _refuse_unfit(self, params: object) -> None:
        """Refuse what breaks a published limit, or is of the other version of the API."""
        refuse_errors(findings(params))
        if not isinstance(params, CampaignFields):
            return
        if self._config.api_version == "v1.5":
            if params.list_name is not None:
                raise InvalidInputError("list_name is of v1.3: name the profile list in data_source")
            if isinstance(params, CampaignDraft) and params.data_source is None:
                raise InvalidInputError("data_source is missing: v1.5 needs it, with the profile list")
        elif params.data_source is not None or params.supplementary_lookup_data_source is not None:
            raise InvalidInputError("data_source is of v1.5: give list_name, or set api_version")

    def _prepared_create(self, target: str | None, draft: CampaignDraft) -> PreparedWrite:
        if target is not None:
            raise InvalidInputError("a create takes no id: the draft has the name")
        segment(draft.name, "name")  # or no later call could have it in its path
        operation = self._version.create

        def answer(made: ResponsysCampaign) -> Answer:
            check_id(operation, draft.name, made.id)
            return Answer(target=made.name, settled=True)

        return self._prepared(operation, body=self._encoded(draft), answer=answer, mark={"name": draft.name})

    def _prepared_update(self, target: str, changes: CampaignChanges) -> PreparedWrite:
        """The write, whose body is the campaign as it was read just before, with the changes."""
        operation = self._version.update
        self._request(operation, {"name": target}, body=self._encoded(changes))  # refuses what cannot be sent

        def request_for(preimage: Reading | None) -> Request:
            if preimage is None or not isinstance(preimage.campaign, ResponsysCampaign):
                raise InvalidInputError("an update replaces the campaign whole: give a reading that holds it")
            body = self._json(changed(self.converter, preimage.campaign, changes))
            return self._request(operation, {"name": target}, body=body)

        def interpret(response: Response) -> Answer:
            stored = self._decoded(operation, response)
            check_id(operation, target, stored.id)
            return Answer(target=target, settled=shows(stored, changes))

        return PreparedWrite(request_for=request_for, interpret=interpret)

    def _prepared_approval(self, target: str, approval: Approval) -> PreparedWrite:
        body = self._json({self._config.approval_member: approval.status.value})

        def answer(told: CampaignApproval) -> Answer:
            check_id(ops.SET_APPROVAL, target, told.id)
            return Answer(target=target, settled=told.approval_status == approval.status)

        return self._prepared(ops.SET_APPROVAL, {"name": target}, body=body, answer=answer)


PROVIDER = Provider(
    name="responsys",
    title="Oracle Responsys campaigns",
    config=ResponsysConfig,
    scheme=scheme_for,
    backend=ResponsysBackend,
)
