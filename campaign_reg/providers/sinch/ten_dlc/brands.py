"""Brands: the companies that campaigns are registered for."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import attrs

from campaign_reg.models.outcome import Feedback
from campaign_reg.protocol.pager import Page, Pager
from campaign_reg.providers.base import HttpCalls
from campaign_reg.providers.sinch.project import page_of
from campaign_reg.providers.sinch.ten_dlc import brand_operations as ops
from campaign_reg.providers.sinch.ten_dlc.brand_models import (
    Brand,
    BrandChange,
    BrandDraft,
    BrandFeedback,
    CompanyDetails,
    ContactDetails,
    CreatedBrand,
    FinancialDetails,
    Vetting,
    VettingList,
    VettingStatus,
)
from campaign_reg.wire.request import segment
from campaign_reg.wire.response import check_id


class Brands(HttpCalls):
    """Brands of one Sinch project; reached as `sinch.brands`.

    Registration is asynchronous and there are no callbacks: read a brand about every hour until
    `brand_registration_status` is `APPROVED` or `REJECTED`; after seven days ask Sinch. `DRAFT` goes on only in the
    dashboard.

    Every write sends one request and never another. Where its answer is lost, `OutcomeUnknownError` is raised; each
    method says what to read before trying again.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
    """

    async def submit(self, draft: BrandDraft) -> str:
        """Register a brand: 10 US dollars for `SIMPLIFIED`, 50 for `FULL`, nothing for a test brand.

        Returns:
            Sinch's id of the registration; the TCR id, which campaigns need, comes with the review.

        Raises:
            InvalidInputError: The draft can never be sent.
            InvalidRequestError: Sinch refused the draft; `violations` names the fields.
            RateLimitError: Nothing was registered; wait before trying again.
            OutcomeUnknownError: It may have been registered and charged: look in `list()` for a brand with this
                display name and company before trying again.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_createbrandregistrationrequest.md
        """
        body = self._encoded(draft, BrandDraft)
        created: CreatedBrand = await self._call(ops.SUBMIT, body=body)
        return created.id

    def list(self) -> Pager[Brand]:
        """List brands lazily; no I/O before it is iterated.

        Sinch's answer carries a page token, but the call documents no way to send one. It is sent as the list of
        campaigns takes it, and the listing ends where a page comes a second time.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_listbrandregistrationrequest.md
        """

        async def fetch(cursor: str | None) -> Page[Brand]:
            request = self._request(ops.LIST, query={"pageToken": cursor})
            return await self._page(request, page_of(lambda page: page.brand_registrations))

        return _UntilRepeated(fetch)

    async def get(self, id: str) -> Brand:
        """Read a brand.

        Args:
            id: Sinch's id (`brandRegistrationId`), not the TCR id.

        Raises:
            NotFoundError: No such brand in this project.
            InvalidInputError: The id cannot stand in a path.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_getbrandregistrationrequest.md
        """
        brand: Brand = await self._call(ops.GET, {"id": id})
        check_id(ops.GET, id, brand.id, "brand")
        return brand

    async def get_by_tcr_id(self, tcr_id: str) -> Brand:
        """Read a brand by the Campaign Registry's id, such as `BHL7Q2X`.

        Raises:
            NotFoundError: No such brand in this project.
            InvalidRequestError: It has not the form of a TCR brand id.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_fetchbrandregistrationrequest.md
        """
        segment(tcr_id, "tcr_id")
        brand: Brand = await self._call(ops.GET_BY_TCR_ID, query={"brandId": tcr_id})
        check_id(ops.GET_BY_TCR_ID, tcr_id, brand.tcr_id, "brand")
        return brand

    async def update(
        self,
        id: str,
        *,
        company_details: CompanyDetails | None = None,
        financial_details: FinancialDetails | None = None,
        contact_details: ContactDetails | None = None,
    ) -> Brand:
        """Change a brand's data; only the objects given are sent.

        Sinch does not say whether an object that is sent is merged into the old one or replaces it: send whole
        objects, best the one read, changed with `attrs.evolve`.

        Returns:
            The brand as Sinch shows it after the change.

        Raises:
            InvalidInputError: Nothing is given, or finances without the legal form.
            NotFoundError: No such brand in this project.
            OutcomeUnknownError: It may have been changed: `get` the brand and compare before trying again.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_update10dlcbrand.md
        """
        change = BrandChange(
            company_details=company_details,
            financial_details=financial_details,
            contact_details=contact_details,
        )
        body = self._encoded(change)
        brand: Brand = await self._call(ops.UPDATE, {"id": id}, body=body)
        check_id(ops.UPDATE, id, brand.id, "brand")
        return brand

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """Why a brand was refused; empty where nothing is recorded.

        Returns:
            One for each kind of mismatch; `field` names the members concerned, joined by commas.

        Raises:
            NotFoundError: No such brand in this project.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_getbrandregistrationfeedback.md
        """
        document: BrandFeedback = await self._call(ops.FEEDBACK, {"id": id})
        return tuple(
            Feedback(
                code=mismatch.id or "",
                field=", ".join(mismatch.fields),
                text=mismatch.description or mismatch.display_name or "",
                raw=self.converter.unstructure(mismatch),
            )
            for mismatch in document.category
        )

    async def upgrade(self, id: str) -> Brand:
        """Move a `SIMPLIFIED` brand to `FULL`. It costs money.

        Returns:
            The brand, whose status is `UPGRADE` until it has been vetted.

        Raises:
            NotFoundError: No such brand in this project.
            OutcomeUnknownError: It may be under way and charged: `get` the brand before trying again; its status
                `UPGRADE`, or its type `FULL`, says that it was taken.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_upgrade10dlcbrandtofullregistration.md
        """
        brand: Brand = await self._call(ops.UPGRADE, {"id": id})
        check_id(ops.UPGRADE, id, brand.id, "brand")
        return brand

    async def vettings(
        self, id: str, *, status: VettingStatus | str = VettingStatus.ACTIVE
    ) -> tuple[Vetting, ...]:
        """Vetting records of a brand, with their scores.

        Args:
            id: Sinch's id.
            status: Only records in this state. It is always sent: Sinch marks it as required, and calls it optional.

        Raises:
            NotFoundError: No such brand in this project.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_vettinginfo.md
        """
        found: VettingList = await self._call(ops.VETTINGS, {"id": id}, query={"vettingStatus": status})
        return found.vetting_info

    async def resend_2fa_email(self, bundle_id: str) -> None:
        """Have the 2FA mail of a brand sent again.

        Args:
            bundle_id: Id of the bundle tied to the registration: neither Sinch's id nor the TCR id. Sinch does not
                say where to read it, and no answer of this API shows one.

        Raises:
            OutcomeUnknownError: It may have been sent. No answer of the API shows it; ask the recipient.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/resend2faemail.md
        """
        await self._call(ops.RESEND_2FA_EMAIL, {"bundle_id": bundle_id})


@attrs.frozen
class _UntilRepeated(Pager[Brand]):
    """A listing that ends where a page comes again, as it does if the vendor does not heed the token."""

    async def pages(self, *, cursor: str | None = None) -> AsyncGenerator[Page[Brand], None]:
        seen: set[tuple[str, ...]] = set()
        async for page in Pager.pages(self, cursor=cursor):
            ids = tuple(brand.id for brand in page.items)
            if ids and ids in seen:
                return
            seen.add(ids)
            yield page
