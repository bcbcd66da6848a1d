"""The 10DLC campaigns of one Sinch project."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from campaign_reg.enums import Verb
from campaign_reg.errors import ApiError, InvalidInputError, OutcomeUnknownError
from campaign_reg.models.finding import Finding, refuse_errors
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.protocol.several import one_or_several
from campaign_reg.protocol.write import Answer, BeforeSend, Found, PreparedWrite
from campaign_reg.providers.registry import Provider
from campaign_reg.providers.sinch.auth import scheme_for
from campaign_reg.providers.sinch.config import SinchConfig
from campaign_reg.providers.sinch.project import ProjectBackend
from campaign_reg.providers.sinch.ten_dlc import operations as ops
from campaign_reg.providers.sinch.ten_dlc.brands import Brands
from campaign_reg.providers.sinch.ten_dlc.codec import feedback_of, make_converter, terms_of
from campaign_reg.providers.sinch.ten_dlc.lint import limits, lint
from campaign_reg.providers.sinch.ten_dlc.models import (
    CampaignDraft,
    CampaignFeedback,
    FileCategory,
    Mno,
    Resubmission,
    SinchCampaign,
)
from campaign_reg.providers.sinch.ten_dlc.qualification_models import Qualification
from campaign_reg.providers.sinch.ten_dlc.rules import RULES
from campaign_reg.providers.sinch.ten_dlc.toll_free import TollFree
from campaign_reg.wire.request import QueryValue, segment
from campaign_reg.wire.response import check_id

if TYPE_CHECKING:
    from campaign_reg.models.outcome import Feedback
    from campaign_reg.protocol.action import Action
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.ports import Transport

_OVERVIEW_PAGE = 100  # Sinch publishes no maximum
_MAX_FILE_BYTES = 10 * 1024 * 1024


class SinchBackend(ProjectBackend[SinchCampaign]):
    """Campaigns of one Sinch project: typed methods over the neutral seam.

    Build it with `campaign_reg.connect("sinch", ...)`.

    Attributes:
        converter: The cattrs converter; hooks registered here are used for every answer.
        brands: The companies that campaigns are registered for.
        toll_free: Toll-free verification.
    """

    provider = "sinch"
    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST, Verb.FEEDBACK})
    rules = RULES

    def __init__(self, config: SinchConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(config, transport, converter=make_converter(), **shared)
        self._config = config
        self.brands = Brands.sharing(self)
        self.toll_free = TollFree.sharing(self)

    async def get(self, id: str) -> SinchCampaign:
        """Read a campaign.

        Args:
            id: Sinch's ULID (`campaignRegistrationId`), not the TCR id.

        Raises:
            NotFoundError: No such campaign in this project.
            InvalidInputError: The id cannot stand in a path.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_getcampaign.md
        """
        campaign: SinchCampaign = await self._call(ops.GET, {"id": id})
        check_id(ops.GET, id, campaign.id)
        return campaign

    async def get_by_tcr_id(self, tcr_id: str) -> SinchCampaign:
        """Read a campaign by the Campaign Registry's id, such as `CTF4STM`.

        Raises:
            NotFoundError: No such campaign in this project.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_getcampaignbytcrcampaignid.md
        """
        # Despite its name, the parameter takes the TCR id.
        segment(tcr_id, "tcr_id")
        query = {"campaignRegistrationIdQuery": tcr_id}
        campaign: SinchCampaign = await self._call(ops.GET_BY_TCR_ID, query=query)
        check_id(ops.GET_BY_TCR_ID, tcr_id, campaign.tcr_id)
        return campaign

    def list(
        self,
        *,
        status: Iterable[str] | str | None = None,
        mock: bool | None = None,
        use_case: str | None = None,
        brand: str | None = None,
        order_by: str | None = None,
        page_size: int | None = None,
    ) -> Pager[SinchCampaign]:
        """List campaigns lazily; no I/O before it is iterated.

        Args:
            status: Keep only these states.
            mock: Keep only test campaigns, or only real ones.
            use_case: Keep only this use case.
            brand: Keep only this brand; Sinch does not say whether it takes the TCR id or the registration id.
            order_by: Ordering; Sinch publishes no grammar.
            page_size: Campaigns a page; Sinch publishes neither default nor maximum.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_listcampaignregistrationrequest.md
        """
        states = one_or_several(status, "status", 'status=["ACTIVE"]')
        if states == ():
            raise InvalidInputError("status is empty: leave it out to list every state")
        query: dict[str, QueryValue] = {
            "status": states,
            "mock": mock,
            "useCase": use_case,
            "brand": brand,
            "pageSize": checked_page_size(page_size),
            "orderBy": order_by,
        }

        return Pager(partial(self._listed, query, None))

    async def _listed(
        self, query: Mapping[str, QueryValue], reservation: Reservation | None, cursor: str | None
    ) -> Page[SinchCampaign]:
        items = attrgetter("campaign_registrations")
        return await self._list_page(ops.LIST, items, query, cursor, reservation)

    async def create(
        self, draft: CampaignDraft, *, before_send: BeforeSend | None = None
    ) -> Action[SinchCampaign]:
        """Register a campaign: starts the vendor's asynchronous review. Fees may follow; see `qualify`.

        Args:
            draft: The campaign.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Returns:
            The action; `action.target` is the new campaign's id.

        Raises:
            InvalidRequestError: Sinch refused the draft; `violations` names the fields.
            OutcomeUnknownError: It may have been registered: the error carries a token that finds out.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_createtcrcampaign.md
        """
        return await self.perform(Verb.CREATE, None, draft, before_send=before_send)

    async def delete(self, id: str, *, before_send: BeforeSend | None = None) -> Action[SinchCampaign]:
        """Deactivate a campaign for good; it cannot be undone.

        Args:
            id: Sinch's ULID.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            OutcomeUnknownError: It may have been deleted; the error carries the action's token.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_deletecampaign.md
        """
        return await self.perform(Verb.DELETE, id, before_send=before_send)

    async def resubmit(
        self, id: str, *, mnos: Iterable[Mno | str] | None = None, before_send: BeforeSend | None = None
    ) -> Action[SinchCampaign]:
        """Resubmit a campaign to operators. It may cost money and may make the terms worse.

        The campaign is read first. If something is under way already, nothing is sent and the action is done, with
        verdict `skipped`.

        Args:
            id: Sinch's ULID.
            mnos: Operators (`ATT`, `TMO`, `USC`, `VZW`); left out means all of them. An empty list is refused,
                because Sinch takes it for all.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            OutcomeUnknownError: It may have been applied; the error carries the action's token. Do not send it again.
            InvalidInputError: `mnos` is empty or names an unknown operator.
            NotFoundError: No such campaign in this project.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_resubmitcampaignregistration.md
        """
        return await self.perform(Verb.RESUBMIT, id, Resubmission(mnos=mnos), before_send=before_send)

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """Why a campaign was refused, the registry's reasons first; empty where nothing is recorded.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_getcampaignregistrationfeedback.md
        """
        document: CampaignFeedback = await self._call(ops.FEEDBACK, {"id": id})
        check_id(ops.FEEDBACK, id, document.id)
        return feedback_of(document)

    async def qualify(self, brand_id: str, use_case: str | None = None) -> Qualification:
        """Terms and fees a brand may expect.

        Args:
            brand_id: TCR brand id (starts with B).
            use_case: Use case; Sinch does not publish the answer's shape without one.

        Raises:
            NotFoundError: No such brand (Sinch answers 500 with the words "Brand not found").

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_qualifybrandbyusecase.md
        """
        segment(brand_id, "brand_id")
        terms: Qualification = await self._call(ops.QUALIFY, query={"brandId": brand_id, "useCase": use_case})
        return terms

    async def upload_file(
        self, id: str, file_name: str, content: bytes, category: FileCategory, *, submit: bool = False
    ) -> None:
        """Upload one supporting file of a campaign created with `attachments=True`.

        Args:
            id: Sinch's ULID.
            file_name: Name without folders.
            content: At most 10 MB.
            category: What the file shows.
            submit: True with the last file only: it submits the campaign. See `submit_files`, too.

        Raises:
            InvalidInputError: The file is too large, or its name holds a folder.
            ApiError: Sinch answered 200 with a failure word, or refused.
            OutcomeUnknownError: It may have been stored.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_uploadcampaignfiles.md
        """
        segment(file_name, "file name")
        if category not in tuple(FileCategory):
            raise InvalidInputError(
                f"category must be one of {', '.join(map(str, FileCategory))} (FileCategory)"
            )
        if len(content) > _MAX_FILE_BYTES:
            raise InvalidInputError(f"{len(content):,} bytes: Sinch takes files of at most 10 MB")
        if PurePath(file_name).name != file_name or "\\" in file_name:
            raise InvalidInputError(f"file name {file_name!r}: give a plain name, without folders")
        file = {
            "fileName": file_name,
            "fileContent": base64.b64encode(content).decode(),
            "fileCategory": FileCategory(category).value,
        }
        await self._upload(id, {"file": file, "submitCampaign": submit})

    async def submit_files(self, id: str) -> None:
        """Submit a campaign whose files have all been uploaded, none of them with `submit=True`.

        Until then it waits at Sinch, and nothing there says so. That the call may come without a file is read from
        the vendor's schema, in which only the file is optional.

        Raises:
            ApiError: Sinch answered 200 with a failure word, or refused.
            OutcomeUnknownError: It may have been submitted: `get` it before trying again, and wait for its `status`.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_uploadcampaignfiles.md
        """
        await self._upload(id, {"submitCampaign": True})

    async def _upload(self, id: str, members: Mapping[str, Any]) -> None:
        segment(id)
        project = self._config.project_id
        body = self._json({"campaignInternalId": id, "projectId": project, **members})
        request = self._request(ops.UPLOAD_FILE, body=body)
        request.url += self._config.upload_path_segment
        answer, response = await self._exchange(request)
        if not answer.status:
            raise OutcomeUnknownError(
                ops.UPLOAD_FILE.name, "the answer has no status", status=response.status
            )
        if answer.status.lower() != "success":
            message = answer.message or "the upload failed"
            raise ApiError(ops.UPLOAD_FILE.name, response.status, message, code=answer.status)

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a campaign and reduce it to what decides."""
        request = self._request(ops.GET, {"id": id}, reservation=reservation)
        request.own_connection = verb is Verb.DELETE  # a 404, which proves it, does not say about what
        return await self._read(request, id)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaigns of that name in a brand and use case.

        Sinch has no index of names, so that the listing of the use case is read to its end.

        Raises:
            PaginationError: The listing goes in circles.
        """
        wanted = (mark["name"], mark["brand"], mark["use_case"])
        readings: list[Reading] = []
        vendor_time: datetime | None = None
        async for page in Pager(partial(self._listed, {"useCase": mark["use_case"]}, reservation)).pages():
            vendor_time = page.vendor_time or vendor_time
            readings += [
                self.reading_of(campaign)
                for campaign in page.items
                if (campaign.name, campaign.brand_id, campaign.use_case) == wanted
            ]
        return Found(readings=tuple(readings), vendor_time=vendor_time)

    def _reading_details(self, campaign: SinchCampaign) -> Mapping[str, Any]:
        return {"action_status": campaign.last_action_status or "", "terms": terms_of(campaign)}

    def overview(self, verb: Verb) -> Pager[Reading]:
        """Every campaign of the project: Sinch lists whole documents."""
        return self.list(page_size=_OVERVIEW_PAGE).map(self.reading_of)

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What Sinch would refuse of a create, or is known to reject later; nothing of other verbs.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_createtcrcampaign.md
        """
        made = self.params(verb, params)
        return lint(made) if self.rule(verb).verb is Verb.CREATE else ()

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        if verb is Verb.CREATE:
            if target is not None:
                raise InvalidInputError("a create takes no id: Sinch gives the campaign its own")
            refuse_errors(limits(params))
            mark = {"name": params.campaign_name, "brand": params.brand_id, "use_case": str(params.use_case)}
            return self._prepared(
                ops.CREATE,
                body=self._json(self.converter.unstructure(params)),
                answer=lambda created: Answer(target=created.id),
                mark=mark,
            )
        if target is None:
            raise InvalidInputError(f"{verb} needs the campaign's id")
        operation, body = ops.DELETE, None
        if verb is Verb.RESUBMIT:
            operation, body = ops.RESUBMIT, self._json(self.converter.unstructure(params))
        return self._prepared(operation, {"id": target}, body=body, answer=lambda _: Answer(target=target))


PROVIDER = Provider(
    name="sinch",
    title="Sinch 10DLC campaigns",
    config=SinchConfig,
    scheme=scheme_for,
    backend=SinchBackend,
)
