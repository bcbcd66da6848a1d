"""The operations on registrations and their files, each a function from a call to a reply."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply
from campaign_reg.sandbox.sender_id.bodies import (
    CREATE_MEMBERS,
    CREATE_OPTIONAL,
    UPDATE_MEMBERS,
    missing,
    precondition,
    registration_missing,
    rest_error,
)
from campaign_reg.sandbox.sender_id.catalogue import find_definition, read_kind, read_market
from campaign_reg.sandbox.sender_id.policies import POLICIES
from campaign_reg.sandbox.sender_id.registrations import DELETABLE, EDITABLE, STATES
from campaign_reg.sandbox.sinch.bodies import bad_request, check_members, invalid, read_object
from campaign_reg.sandbox.sinch.paging import list_reply, query_of, repeated
from campaign_reg.sandbox.uploads import MULTIPART

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.sender_id.policies import Policy
    from campaign_reg.sandbox.sender_id.registrations import Registration, RegistrationRegister
    from campaign_reg.sandbox.uploads import Intake
    from campaign_reg.sandbox.versions import Version

PROVIDER = "sinch-senderid"
RAW = "application/octet-stream"
INVALID = "Registration validation error"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SORTABLE = {"id": "id", "status": "status", "createDate": "createTime", "updateDate": "updateTime"}


class RegistrationCalls:
    """The handlers; they share the register, the ledger and nothing else.

    Attributes:
        takes: How a file may come: as a raw body, as a form, or, since it is not documented, as either.
        largest_file_bytes: A bigger upload is refused with 413; the real limit is not published.
    """

    def __init__(self, register: RegistrationRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger
        self.takes: tuple[str, ...] = (RAW, MULTIPART)
        self.largest_file_bytes = 4 * 1024**3
        self.handlers: dict[str, Callable[[Call], Reply]] = {
            "listRegistrations": self.list_page,
            "createRegistration": self.create,
            "getRegistration": self.get,
            "updateRegistration": self.update,
            "deleteRegistration": self.delete,
            "uploadRegistrationAttachment": self.upload,
            "downloadRegistrationAttachment": self.download,
        }

    def create(self, call: Call) -> Reply:
        """Register senders; the answer is 200, and where it begins is the policy's to say."""
        body = _read(call, CREATE_MEMBERS, CREATE_OPTIONAL)
        policy = POLICIES.get(body["policyId"])
        if policy is None:
            raise missing("Policy not found")
        if not policy.enabled:
            raise bad_request(INVALID, ("policyId", "The policy is disabled."))
        _check_policy(policy, body["requestDetails"])
        registration = self._register.create(call.at, body)
        self._ledger.write(call.at, PROVIDER, call.operation, registration.members["id"], body)
        return Reply(200, registration.newest.body)

    def get(self, call: Call) -> Reply:
        """Read one registration, as a replica of the call's age knows it."""
        registration = self._register.by_id.get(call.segments[1])
        version = registration.version_at(call.at - call.lag_seconds) if registration else None
        if version is None:
            raise registration_missing(call.segments[1])
        return Reply(200, version.body)

    def update(self, call: Call) -> Reply:
        """Replace a registration's data, where its state allows.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/updateregistration.md
        """
        registration = self._registration(call)
        body = _read(call, UPDATE_MEMBERS, frozenset(UPDATE_MEMBERS))
        if registration.status not in EDITABLE:
            raise bad_request(INVALID, ("status", f"Cannot be changed in {registration.status}."))
        if "requestDetails" in body:
            _check_policy(registration.policy, body["requestDetails"])
        self._register.update(registration, call.at, body)
        self._ledger.write(call.at, PROVIDER, call.operation, call.segments[1], body)
        return Reply(200, registration.newest.body)

    def delete(self, call: Call) -> Reply:
        """Delete a registration that is not being worked on.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/registrations
        """
        registration = self._registration(call)
        if registration.status not in DELETABLE:
            raise precondition("Registration is not in DRAFT, IN QUEUE or PENDING status.")
        self._register.delete(registration, call.at)
        self._ledger.write(call.at, PROVIDER, call.operation, call.segments[1], {})
        return Reply(200, b"")

    def upload(self, call: Call) -> Reply:
        """Take a file; whether a body follows is not published, so here it does at times."""
        registration = self._register.by_id.get(call.segments[1])
        definition = (
            find_definition(registration.policy, call.segments[2])
            if registration is not None and not registration.ended
            else None
        )
        if registration is None or definition is None:
            raise missing("registration/document not found")
        if registration.status not in EDITABLE:
            raise precondition("Registration status is not valid for including attachments")
        taken = self._check_file(call)
        self._register.attach(registration, call.at, definition, taken)
        noted = {
            "attachmentId": call.segments[2],
            "fileName": taken.file_name,
            "size_bytes": taken.size_bytes,
            "sha256": taken.sha256,
        }
        self._ledger.write(call.at, PROVIDER, call.operation, call.segments[1], noted)
        return Reply(200, b"{}" if registration.fate.dice % 2 else b"")

    def download(self, call: Call) -> Reply:
        """Send the newest file of a definition back, once it is stored."""
        registration = self._register.by_id.get(call.segments[1])
        file = registration.files.get(call.segments[2]) if registration else None
        if registration is None or registration.ended or file is None:
            raise missing("registration/document not found")
        return file.reply()

    def list_page(self, call: Call) -> Reply:
        """List registrations, oldest entry first unless `orderBy` says otherwise."""
        query = query_of(call)
        found = self._found(call, query)
        _sort(found, query.get("orderBy", ""))
        return list_reply(call, "registrations", found)

    def _found(self, call: Call, query: Mapping[str, str]) -> list[Version]:
        """Return the versions that a replica of the call's age would list."""
        kind, market, tags = read_kind(query), read_market(query), set(repeated(call, "tags"))
        if query.get("registrationState", STATES[0]) not in STATES:
            raise invalid("registrationState")
        days = {name: value for name, value in query.items() if name.endswith(("DateFrom", "DateTo"))}
        for name, value in days.items():
            if not DAY.fullmatch(value):
                raise invalid(name)
        at = call.at - call.lag_seconds
        versions = [registration.version_at(at) for registration in self._register.by_id.values()]
        return [
            version
            for version in versions
            if version is not None
            and version.members["registrationType"] == kind
            and query.get("registrationState", version.members["status"]) == version.members["status"]
            and market in (None, POLICIES[version.members["policyId"]].market)
            and (not tags or tags & set(version.members.get("tags", ())))
            and query.get("senderId") in (None, *_senders(version))
            and _is_within(version, days)
        ]

    def _registration(self, call: Call) -> Registration:
        registration = self._register.by_id.get(call.segments[1])
        if registration is None or registration.ended:
            raise registration_missing(call.segments[1])
        return registration

    def _check_file(self, call: Call) -> Intake:
        taken = call.intake
        if taken is None or taken.enclosure not in self.takes:
            raise bad_request(INVALID, ("Content-Type", f"must be {' or '.join(self.takes)}"))
        if taken.problem:
            raise bad_request(INVALID, ("file", taken.problem))
        if taken.size_bytes > self.largest_file_bytes:
            raise RefusedError(rest_error(413, "Document is too large to upload", "INVALID_ARGUMENT"))
        return taken


def _read(call: Call, members: Mapping[str, Any], optional: frozenset[str]) -> dict[str, Any]:
    body = read_object(call)
    check_members(body, members, optional)
    return body


def _check_policy(policy: Policy, request_details: list[dict[str, Any]]) -> None:
    violations = policy.violations(request_details)
    if violations:
        raise bad_request(INVALID, *violations)


def _senders(version: Version) -> list[object]:
    details = version.members["requestDetails"]
    return [sender.get("senderId") for item in details for sender in item.get("senderIdDetails", ())]


def _is_within(version: Version, days: Mapping[str, str]) -> bool:
    """Whether a version lies after the days called "from" and before those called "to".

    A day means its first instant, for the resource's times sort as texts like the days do.
    """
    for name, day in days.items():
        time = version.members["createTime" if name.startswith("create") else "updateTime"]
        if time <= day if name.endswith("From") else time >= day:
            return False
    return True


def _sort(versions: list[Version], order_by: str) -> None:
    """Sort in place by a field, and optionally a comma and asc or desc.

    Raises:
        RefusedError: It is no field that can be sorted by, or the words make no order.
    """
    if not order_by:
        return
    field, _, direction = order_by.partition(",")
    if field not in (*SORTABLE, "senderId") or direction not in ("", "asc", "desc"):
        raise bad_request("", ("orderBy", f"Invalid orderBy {order_by}"))

    def key(version: Version) -> str:
        if field == "senderId":
            return str(next(iter(_senders(version)), ""))
        return str(version.members[SORTABLE[field]])

    versions.sort(key=key, reverse=direction == "desc")
