"""Sinch's 10DLC campaign operations, each a function from a call to a reply."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.sinch.bodies import (
    BRAND_ID,
    CAMPAIGN_ID,
    CREATE_MEMBERS,
    CREATE_OPTIONAL,
    RESUBMIT_MEMBERS,
    STATUSES,
    TCR_CAMPAIGN_ID,
    UPLOAD_MEMBERS,
    UPLOAD_OPTIONAL,
    USE_CASES,
    bad_request,
    check_members,
    invalid,
    read_object,
    resource_missing,
)
from campaign_reg.sandbox.sinch.paging import list_reply, query_of, repeated, sort
from campaign_reg.sandbox.sinch.samples import operator_terms

if TYPE_CHECKING:
    from collections.abc import Container

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.sinch.campaigns import Campaign, CampaignRegister
    from campaign_reg.sandbox.versions import Version

LARGEST_FILE_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
MMS_CATEGORY = 5
DOCUMENT_NAME = re.compile(
    r".*\.(jpe?g|png|bmp|tiff|raw|pdf|rtf|xml|odt|docx|tml|txt)", re.IGNORECASE | re.DOTALL
)
MMS_NAME = re.compile(
    r".*\.(bmp|dib|gif|jpe?g|m2a|m4[abprv]|mp[1234a]|og[agmvx]|png|spx|txt|wav|webm)",
    re.IGNORECASE | re.DOTALL,
)
SORTABLE = [
    "campaignId",
    "campaignName",
    "campaignRegistrationId",
    "createDate",
    "modifiedDate",
    "brandId",
    "useCase",
    "status",
    "lastActionStatus",
]


class CampaignCalls:
    """The handlers; they share the register, the ledger and nothing else.

    Args:
        register: The campaigns.
        ledger: Where every change is noted.
        brands: TCR ids of the brands that can be qualified.
    """

    def __init__(self, register: CampaignRegister, ledger: Ledger, brands: Container[str]) -> None:
        self._register = register
        self._brands = brands
        self._ledger = ledger

    def create(self, call: Call) -> Reply:
        """Register a campaign."""
        body = read_object(call)
        check_members(body, CREATE_MEMBERS, CREATE_OPTIONAL)
        if body["useCase"] == "MIXED" and len(body.get("subUseCases", [])) < 2:
            raise invalid("subUseCases", "must name two to five sub use cases")
        campaign_id = self._register.create(call.at, body)
        self._ledger.write(call.at, "sinch", call.operation, campaign_id, body)
        return render(200, {"campaignRegistrationId": campaign_id})

    def get(self, call: Call) -> Reply:
        """Read one campaign."""
        campaign_id = call.segments[1]
        return Reply(200, self._version(call, self._campaign(campaign_id), campaign_id).body)

    def get_by_tcr_id(self, call: Call) -> Reply:
        """Read one campaign by the id that TCR gave it."""
        tcr_id = query_of(call).get("campaignRegistrationIdQuery", "")
        if not TCR_CAMPAIGN_ID.fullmatch(tcr_id):
            raise invalid("tcr_campaign_id")
        return Reply(200, self._version(call, self._register.by_tcr_id.get(tcr_id), tcr_id).body)

    def feedback(self, call: Call) -> Reply:
        """Say why a campaign was refused; both lists are empty when it was not."""
        campaign_id = call.segments[1]
        campaign = self._campaign(campaign_id)
        members = campaign.newest.members
        told: dict[str, Any] = {"campaignRegistrationId": campaign_id}
        told |= {name: members[name] for name in ("campaignId", "status") if name in members}
        for reasons in ("tcrErrorResponse", "internalErrorResponse"):
            told[reasons] = campaign.reasons.get(reasons, [])
        return render(200, told)

    def resubmit(self, call: Call) -> Reply:
        """Send a campaign to operators again; an empty or absent list means all of them."""
        campaign = self._campaign(call.segments[1])
        body = read_object(call) if call.body else {}
        check_members(body, RESUBMIT_MEMBERS, frozenset(RESUBMIT_MEMBERS))
        members = campaign.newest.members
        if members["status"] == "EXPIRED" or members["lastActionStatus"] == "DELETE_IN_PROGRESS":
            raise invalid("campaign_registration_id", "campaign is expired")
        if members["lastActionStatus"] == "CREATE_IN_PROGRESS":
            raise invalid("campaign_registration_id", "campaign is not registered yet")
        self._register.resubmit(campaign, call.at, body.get("mnos", ()))
        self._ledger.write(call.at, "sinch", call.operation, call.segments[1], body)
        return Reply(200)

    def delete(self, call: Call) -> Reply:
        """Deactivate a campaign for good."""
        campaign = self._campaign(call.segments[1])
        if campaign.newest.members["status"] == "EXPIRED":
            raise invalid("campaign_registration_id", "campaign is expired")
        self._register.delete(campaign, call.at)
        self._ledger.write(call.at, "sinch", call.operation, call.segments[1], {})
        return Reply(200)

    def upload(self, call: Call) -> Reply:
        """Store one file; what is wrong with the file itself is told with HTTP 200.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_uploadcampaignfiles.md
        """
        body = read_object(call)
        check_members(body, UPLOAD_MEMBERS, UPLOAD_OPTIONAL)
        campaign_id = body["campaignInternalId"]
        campaign = self._campaign(campaign_id)
        file = body.get("file", {})
        problem = _file_problem(campaign, file)
        if problem:
            return render(200, {"status": "failed", "message": problem})
        if file:
            campaign.files.append(file.get("fileCategory", 0))
        if body["submitCampaign"]:
            self._register.release(campaign, call.at)
        noted = {"submitCampaign": body["submitCampaign"]}
        noted |= {name: file[name] for name in ("fileName", "fileCategory") if name in file}
        self._ledger.write(call.at, "sinch", call.operation, campaign_id, noted)
        return render(200, {"status": "success", "message": ""})

    def qualify(self, call: Call) -> Reply:
        """Preview terms; an unknown brand is answered with 500, as the contract has it."""
        query = query_of(call)
        brand_id = query.get("brandId", "")
        if not BRAND_ID.fullmatch(brand_id):
            rule = "invalid value, it must have upper-case alphanumeric characters with prefix letter 'B'"
            raise invalid("brand_id", f"{rule} and max length of 8 characters")
        use_case = query.get("useCase", "MIXED")
        if not use_case:
            raise bad_request("useCase must not be blank", ("useCase", "must not be blank"))
        if use_case not in USE_CASES:
            raise invalid("useCase")
        if brand_id not in self._brands:
            missing = "Brand not found"
            return resource_missing(500, "INTERNAL", missing, "QualifyBrandByUseCaseResponse", "", missing)
        return render(200, _qualification(use_case))

    def list_page(self, call: Call) -> Reply:
        """List campaigns, oldest entry first unless `orderBy` says otherwise."""
        query = query_of(call)
        found = self._found(call, repeated(call, "status"), query)
        sort(found, query.get("orderBy", ""), SORTABLE)
        return list_reply(call, "campaignRegistrations", found)

    def _found(self, call: Call, statuses: list[str], query: dict[str, str]) -> list[Version]:
        """Return the versions that a replica of the call's age would list."""
        if any(status not in STATUSES for status in statuses):
            raise invalid("status")
        if query.get("mock", "true") not in ("true", "false"):
            raise invalid("mock")
        wanted: dict[str, Any] = {"useCase": query.get("useCase"), "brandId": query.get("brand")}
        wanted["mock"] = query["mock"] == "true" if "mock" in query else None
        wanted = {name: value for name, value in wanted.items() if value is not None}
        at = call.at - call.lag_seconds
        versions = [campaign.version_at(at) for campaign in self._register.by_id.values()]
        return [
            version
            for version in versions
            if version is not None
            and (not statuses or version.members["status"] in statuses)
            and all(version.members[name] == value for name, value in wanted.items())
        ]

    def _campaign(self, campaign_id: str) -> Campaign:
        if not CAMPAIGN_ID.fullmatch(campaign_id):
            raise invalid("campaign_registration_id")
        campaign = self._register.by_id.get(campaign_id)
        if campaign is None:
            raise _not_found(campaign_id)
        return campaign

    def _version(self, call: Call, campaign: Campaign | None, name: str) -> Version:
        """Return the version to show; a replica that lags may not know the campaign yet."""
        version = campaign.version_at(call.at - call.lag_seconds) if campaign else None
        if version is None:
            raise _not_found(name)
        return version


def _not_found(name: str) -> RefusedError:
    return RefusedError(
        resource_missing(404, "NOT_FOUND", "Campaign not found", "Campaign", name, "not found")
    )


def _file_problem(campaign: Campaign, file: dict[str, Any]) -> str | None:
    """Say what is wrong with an uploaded file, if anything."""
    if not file:
        return None
    mms = file.get("fileCategory") == MMS_CATEGORY
    if not (MMS_NAME if mms else DOCUMENT_NAME).fullmatch(file.get("fileName", "")):
        return "File extension not supported"
    try:
        size = len(base64.b64decode(file.get("fileContent", ""), validate=True))
    except (binascii.Error, ValueError):
        return "File content is not Base64"
    if size > LARGEST_FILE_BYTES:
        return "File exceeds 10 MB"
    stored = sum((category == MMS_CATEGORY) == mms for category in campaign.files)
    return "Too many files" if stored >= MOST_FILES else None


def _qualification(use_case: str) -> dict[str, Any]:
    """Write the terms every known brand would get; MIXED needs two to five sub use cases."""
    metadata = {}
    for key in ("10017", "10035", "10037", "10038"):
        terms = operator_terms(key, tier="UNCAPPED")
        del terms["status"]
        asked = {"mnoSupport": True, "mnoReview": False, "qualify": True, "minMsgSamples": "1"}
        required = dict.fromkeys(("reqSubscriberOptIn", "reqSubscriberOptOut", "reqSubscriberHelp"), True)
        metadata[key] = {**terms, **asked, **required, "noEmbeddedLink": False, "noEmbeddedPhone": False}
    mixed = use_case == "MIXED"
    return {
        "useCase": use_case,
        "monthlyFee": 1.5,
        "setupFee": 15.0,
        "minSubUseCases": 2 if mixed else 0,
        "maxSubUseCases": 5 if mixed else 0,
        "mnoMetadata": metadata,
    }
