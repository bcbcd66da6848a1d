"""Toll-free verification: the calls as data, and the methods over them."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.protocol.several import one_or_several
from campaign_reg.providers.base import HttpCalls
from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.project import page_of
from campaign_reg.providers.sinch.ten_dlc.brand_operations import SENT_ONCE
from campaign_reg.providers.sinch.ten_dlc.toll_free_models import (
    CreatedTollFree,
    TollFreeDraft,
    TollFreeList,
    TollFreeStatus,
    TollFreeUseCases,
    TollFreeVerification,
)
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import QueryValue
from campaign_reg.wire.response import check_id

_REFERENCE = "https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_"
_VERIFICATION = "/v1/projects/{project_id}/tfnVerification"
_USE_CASES = "useCases"

SUBMIT = Operation(
    name="sinch.toll_free.submit",
    method="POST",
    path=_VERIFICATION,
    safe=False,
    result=CreatedTollFree,
    errors=SENT_ONCE,
    source=_REFERENCE + "createtfnverificationrequest.md",
)
LIST = Operation(
    name="sinch.toll_free.list",
    method="GET",
    path=_VERIFICATION,
    safe=True,
    result=TollFreeList,
    errors=ERRORS,
    source=_REFERENCE + "listtfnverificationsrequest.md",
)
GET = Operation(
    name="sinch.toll_free.get",
    method="GET",
    path=_VERIFICATION + "/{id}",
    safe=True,
    keep_alive=True,
    result=TollFreeVerification,
    errors=ERRORS,
    source=_REFERENCE + "gettfnverificationrequest.md",
)
USE_CASES = Operation(
    name="sinch.toll_free.use_cases",
    method="GET",
    path=_VERIFICATION + "/" + _USE_CASES,
    safe=True,
    result=TollFreeUseCases,
    errors=ERRORS,
    source=_REFERENCE + "gettfnverificationusecasesrequest.md",
)


class TollFree(HttpCalls):
    """Toll-free verifications of one Sinch project; reached as `sinch.toll_free`.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
    """

    async def submit(self, draft: TollFreeDraft) -> str:
        """Ask for the verification of a toll-free number: one request, never repeated.

        Returns:
            The verification's id.

        Raises:
            InvalidInputError: The draft can never be sent.
            InvalidRequestError: Sinch refused the draft; `violations` names the fields.
            RateLimitError: Nothing was asked for; wait before trying again.
            OutcomeUnknownError: It may have been taken: look in `list()` for this phone number before trying again.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_createtfnverificationrequest.md
        """
        body = self._encoded(draft, TollFreeDraft)
        created: CreatedTollFree = await self._call(SUBMIT, body=body)
        return created.id

    def list(
        self,
        *,
        use_case: str | None = None,
        statuses: Iterable[TollFreeStatus | str] | str | None = None,
        page_size: int | None = None,
        order_by: str | None = None,
    ) -> Pager[TollFreeVerification]:
        """List verifications lazily; no I/O before it is iterated.

        Args:
            use_case: Keep only this use case.
            statuses: Keep only these states.
            page_size: Verifications a page; Sinch publishes neither default nor maximum.
            order_by: Ordering; Sinch publishes no grammar.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_listtfnverificationsrequest.md
        """
        states = one_or_several(statuses, "statuses", 'statuses=["VERIFIED"]')
        if states == ():
            raise InvalidInputError("statuses is empty: leave it out to list every state")
        query: dict[str, QueryValue] = {
            "useCase": use_case,
            "statuses": states,
            "pageSize": checked_page_size(page_size),
            "orderBy": order_by,
        }

        async def fetch(cursor: str | None) -> Page[TollFreeVerification]:
            request = self._request(LIST, query={**query, "pageToken": cursor})
            return await self._page(request, page_of(lambda page: page.tfn_verifications))

        return Pager(fetch)

    async def get(self, id: str) -> TollFreeVerification:
        """Read a verification; there are no callbacks, so that this is how to follow one.

        Raises:
            NotFoundError: No such verification in this project.
            InvalidInputError: The id cannot stand in a path.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_gettfnverificationrequest.md
        """
        if id == _USE_CASES:
            raise InvalidInputError(f"id {id!r} names another call, use_cases()")
        verification: TollFreeVerification = await self._call(GET, {"id": id})
        check_id(GET, id, verification.id, "verification")
        return verification

    async def use_cases(self) -> tuple[str, ...]:
        """The use cases that a draft may name, in the vendor's words.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_gettfnverificationusecasesrequest.md
        """
        found: TollFreeUseCases = await self._call(USE_CASES)
        return found.use_cases
