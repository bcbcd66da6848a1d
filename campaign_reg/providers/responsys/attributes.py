"""What a campaign carries next to its own document, and what the account may do."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.several import one_or_several
from campaign_reg.providers.responsys import operations as ops
from campaign_reg.providers.responsys.calls import Calls
from campaign_reg.providers.responsys.details import (
    DataSourcesAttribute,
    Organization,
    OrganizationAccess,
    Preview,
    ProofList,
    ProofListAttribute,
    RateLimit,
    RateLimitList,
)
from campaign_reg.providers.responsys.models import DataSource
from campaign_reg.wire.response import check_id


class Attributes(Calls):
    """The calls about previews, proof lists, data sources, organizations and limits."""

    async def preview(
        self,
        name: str,
        *,
        list_type: str | None = None,
        preview_type: str | None = None,
        riid: str | int | None = None,
    ) -> Preview:
        """Render an email campaign.

        Args:
            name: The campaign.
            list_type: Where the sample recipient comes from: `ProofList` (the vendor's default) or `ProfileList`.
            preview_type: `html` or `text`; both where it is left out.
            riid: Recipient to render for.

        Raises:
            InvalidRequestError: It is no email campaign of the designer (CAMPAIGN_IS_INVALID).

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-preview-get.htm
        """
        if list_type not in (None, "ProofList", "ProfileList"):
            raise InvalidInputError(f"list_type {list_type!r} is neither ProofList nor ProfileList")
        if preview_type not in (None, "html", "text"):
            raise InvalidInputError(f"preview_type {preview_type!r} is neither html nor text")
        query = {"listType": list_type, "previewType": preview_type, "riid": riid}
        rendered: Preview = await self._call(ops.PREVIEW, {"name": name}, query=query)
        check_id(ops.PREVIEW, name, rendered.campaign_name)
        return rendered

    async def proof_list(self, name: str) -> ProofList:
        """Read a campaign's proof list.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-prooflist-get.html
        """
        attribute: ProofListAttribute = await self._call(ops.GET_PROOF_LIST, {"name": name})
        return attribute.attribute_data

    async def set_proof_list(self, name: str, proof_list: str) -> ProofList:
        """Attach a proof list to a campaign.

        Args:
            name: The campaign.
            proof_list: Name of the list.

        Raises:
            OutcomeUnknownError: It may have been attached: read `proof_list` before trying again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-prooflist-put.html
        """
        if not proof_list.strip():
            raise InvalidInputError("proof_list must be the name of a proof list")
        body = {"attributeName": "proofList", "attributeData": {"name": proof_list}}
        attribute: ProofListAttribute = await self._call(
            ops.SET_PROOF_LIST, {"name": name}, body=self._json(body)
        )
        return attribute.attribute_data

    async def data_sources(self, name: str) -> tuple[DataSource, ...]:
        """Read a campaign's data sources.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-datasources-get.html
        """
        attribute: DataSourcesAttribute = await self._call(ops.GET_DATA_SOURCES, {"name": name})
        return attribute.attribute_data.data_sources or ()

    async def organizations(self, name: str) -> tuple[Organization, ...]:
        """The organizations that have access to a campaign.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-attributes-campaigns-campaignname-get.html
        """
        return _with_access(await self._call(ops.GET_ORGANIZATIONS, {"name": name}))

    async def set_organizations(self, name: str, organizations: Iterable[str]) -> tuple[Organization, ...]:
        """Give organizations access to a campaign; it is assumed, not documented, that others lose theirs.

        Args:
            name: The campaign.
            organizations: Names, at least one.

        Raises:
            OutcomeUnknownError: It may have been changed: read `organizations` before trying again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-attributes-campaigns-campaignname-post.html
        """
        names = one_or_several(organizations, "organizations", 'organizations=["North"]')
        if not names or not all(each.strip() for each in names):
            raise InvalidInputError("organizations must be names, at least one")
        values = [{"name": each} for each in names]
        body = {"attributes": {"organizations": {"attributeValues": values}}}
        return _with_access(await self._call(ops.SET_ORGANIZATIONS, {"name": name}, body=self._json(body)))

    async def rate_limits(self) -> tuple[RateLimit, ...]:
        """How often each function of the API may be called by this account.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
        """
        told: RateLimitList = await self._call(ops.GET_RATE_LIMITS)
        return told.limits


def _with_access(access: OrganizationAccess) -> tuple[Organization, ...]:
    organizations = access.attributes.organizations
    return () if organizations is None else organizations.attribute_values or ()
