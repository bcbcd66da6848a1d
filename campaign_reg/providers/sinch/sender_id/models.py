"""Registrations of senders, shaped as Sinch prints them, and what its writing calls take.

Source:
    https://developers.sinch.com/docs/registration-api/api-reference/registrations.md
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import attrs

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.several import checked_item, items_of
from campaign_reg.wire.codec import format_datetime

T = TypeVar("T")


class RegistrationState(OpenEnum):
    """State of a registration: `status` in the resource, `registrationState` in filter and logs."""

    DRAFT = "DRAFT"
    """Not submitted; made in the dashboard only."""
    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    PENDING = "PENDING"
    """The customer must change something; the logs say what."""
    ON_HOLD = "ON_HOLD"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    """The price is set manually: an account manager must agree."""
    PENDING_ATTACHMENTS = "PENDING_ATTACHMENTS"
    """A mandatory file is missing."""


class RegistrationType(OpenEnum):
    """Kind of sender."""

    ALPHANUMERIC_SENDER_ID = "ALPHANUMERIC_SENDER_ID"
    LONG_NUMBER = "LONG_NUMBER"
    SHORT_CODE = "SHORT_CODE"
    RCS_AGENT = "RCS_AGENT"


class UploadStatus(OpenEnum):
    """Progress of a file's upload."""

    COMPLETED = "COMPLETED"
    WAITING = "WAITING"
    FAILED = "FAILED"


class PriceMode(OpenEnum):
    """Way in which a price is set; Sinch mentions these two."""

    SUBSCRIBED = "SUBSCRIBED"
    MANUAL = "MANUAL"


def amount(text: str | None) -> Decimal | None:
    """Decimal number from its text; None where there is not text or the text is not a number."""
    try:
        number = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


@attrs.frozen(kw_only=True, slots=False)
class Attachment:
    """A stored file. None means that Sinch left a field out.

    Attributes:
        attachment_id: Id of the stored file (`attachmentId`); the calls take the id of the policy's definition instead.
        created_at: Time of creation (`createTime`), aware UTC.
        updated_at: Time of the last change (`updateTime`), aware UTC.
        file_name: Name that the uploader gave (`fileName`); never trust it as a path.
        mime_type: Media type (`mimeType`).
        upload_status: Progress of the upload (`uploadStatus`).
        document_type: Kind of document (`documentType`), for example Passport; newer versions only.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
    """

    attachment_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    file_name: str | None = None
    mime_type: str | None = None
    upload_status: UploadStatus | None = None
    document_type: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class LogEntry:
    """One step of a registration's history. None means that Sinch left a field out.

    Attributes:
        created_at: Time of the step (`createTime`), aware UTC.
        message: Text of the reviewer: a reason or a request.
        registration_state: State that the registration came into (`registrationState`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
    """

    created_at: datetime | None = None
    message: str | None = None
    registration_state: RegistrationState | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RegistrationPrice:
    """Price of a registration. None means that Sinch left a field out.

    Attributes:
        currency: Currency of both fees, ISO 4217.
        frequency: Count of billing periods; the unit is not documented by Sinch.
        mode: Way in which the price is set; older records lack it.
        recurrent_fee_amount: Fee per period (`recurrentFeeAmount`), a decimal number as text, as it came;
            `recurrent_fee` reads it.
        setup_fee_amount: Fee at the beginning (`setupFeeAmount`), a decimal number as text, as it came; `setup_fee`
            reads it.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
    """

    currency: str | None = None
    frequency: int | None = None
    mode: PriceMode | None = None
    recurrent_fee_amount: str | None = None
    setup_fee_amount: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def recurrent_fee(self) -> Decimal | None:
        """Fee a period, in `currency`."""
        return amount(self.recurrent_fee_amount)

    @property
    def setup_fee(self) -> Decimal | None:
        """Fee at the beginning, in `currency`."""
        return amount(self.setup_fee_amount)


@attrs.frozen(kw_only=True, slots=False)
class RequestDetails:
    """Data of a registration; the policy sets the keys. None means not sent, or left out by Sinch.

    Attributes:
        additional_details: Objects with data of company, contact or market (`additionalDetails`); left out of the repr.
        sender_id_details: One object for each sender (`senderIdDetails`), up to 50 under a policy for several senders;
            long numbers and short codes need none.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
    """

    additional_details: tuple[Mapping[str, Any], ...] | None = attrs.field(default=None, repr=False)
    sender_id_details: tuple[Mapping[str, Any], ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


def senders_in(details: tuple[RequestDetails, ...]) -> tuple[str, ...]:
    """The senders that request details name, each once, in their order."""
    senders = [one.get("senderId") for part in details for one in part.sender_id_details or ()]
    return tuple(dict.fromkeys(sender for sender in senders if isinstance(sender, str) and sender))


def _texts(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    _tuple_of(str, attribute.name, value)


def _text(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise InvalidInputError(f"{attribute.name} must be text")


def _details(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    _tuple_of(RequestDetails, attribute.name, value)


def _tuple_of(kind: type[Any], name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, tuple):
        raise InvalidInputError(f"{name} must be a tuple, not {type(value).__name__}")
    for place, item in enumerate(value):
        checked_item(item, kind, name, place)


@attrs.frozen(kw_only=True, slots=False)
class RegistrationDraft:
    """A sender to be registered: creating it submits it. Files follow one by one, see `upload_attachment`.

    Attributes:
        policy_id: Id of the policy (`policyId`), from the market's rules, see `market_versions`.
        request_details: Data that the policy asks for (`requestDetails`).
        callback_url: URL for status events (`callbackUrl`), https, on a public host; left out of the repr. None is
            not sent.
        notification_contacts: Email addresses that are informed of changes (`notificationContacts`).
        tags: Tags, each a `#`, then letters, digits or dashes.
        registration_type: Kind of sender, for the check whether there is one like it already:
            giving it saves three calls. It is not sent, since the policy decides. None where it is not known.

    Raises:
        InvalidInputError: A member has the wrong form.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/registrations
    """

    policy_id: str = attrs.field(validator=_text)
    request_details: tuple[RequestDetails, ...] = attrs.field(validator=_details)
    callback_url: str | None = attrs.field(default=None, validator=_text, repr=False)
    notification_contacts: tuple[str, ...] = attrs.field(default=(), validator=_texts)
    tags: tuple[str, ...] = attrs.field(default=(), validator=_texts)
    registration_type: RegistrationType | None = None


@attrs.frozen(kw_only=True, slots=False)
class RegistrationUpdate:
    """The whole of what can be changed: Sinch's PUT replaces, and what is absent may be cleared.

    So every member has to be given. None leaves one out on purpose: whether it is then kept or cleared is not
    documented by Sinch. An empty tuple clears. `SenderIdRegistration.as_update` starts from the values of the
    registration.

    Attributes:
        callback_url: URL for status events (`callbackUrl`), https, on a public host; left out of the repr.
        notification_contacts: Email addresses that are informed of changes (`notificationContacts`).
        request_details: Data that the policy asks for (`requestDetails`).
        tags: Tags, each a `#`, then letters, digits or dashes.

    Raises:
        InvalidInputError: A member has the wrong form.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/updateregistration.md
    """

    callback_url: str | None = attrs.field(validator=_text, repr=False)
    notification_contacts: tuple[str, ...] | None = attrs.field(validator=_texts)
    request_details: tuple[RequestDetails, ...] | None = attrs.field(validator=_details)
    tags: tuple[str, ...] | None = attrs.field(validator=_texts)


@attrs.frozen(kw_only=True, slots=False)
class Deletion:
    """A deletion, which has no parameters; it cannot be undone.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/registrations
    """


class Unchanged(enum.Enum):
    """Mark for a member that an update leaves as it is."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@attrs.frozen(kw_only=True, slots=False)
class SenderIdRegistration:
    """A registration as read back. Any member but `id` may be missing: it is None or empty then.

    Instants without an offset are UTC; each spelling is kept as it came.

    Attributes:
        id: Id, a UUID in Sinch's samples.
        status: State of the registration.
        registration_type: Kind of sender (`registrationType`).
        policy_id: Id of the policy that it was checked against (`policyId`).
        owner: Name of the creator.
        created_at: Time of creation (`createTime`), aware UTC.
        updated_at: Time of the last change (`updateTime`), aware UTC.
        eta_date: Expected day of approval (`etaDate`), as it came; `expected_on` reads it.
        callback_url: URL for status events (`callbackUrl`), which may lack its scheme; left out of the repr.
        notification_contacts: Email addresses that are informed of changes (`notificationContacts`).
        request_details: Data of the registration (`requestDetails`).
        tags: Tags, each a `#`, then letters, digits or dashes.
        attachments: Stored files.
        logs: Steps of its history, as Sinch orders them.
        price: Price of the registration.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
    """

    id: str
    status: RegistrationState | None = None
    registration_type: RegistrationType | None = None
    policy_id: str | None = None
    owner: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    eta_date: str | None = None
    callback_url: str | None = attrs.field(default=None, repr=False)
    notification_contacts: tuple[str, ...] = ()
    request_details: tuple[RequestDetails, ...] = ()
    tags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    price: RegistrationPrice | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def provider(self) -> str:
        """Name of the provider."""
        return "sinch-senderid"

    @property
    def name(self) -> str:
        """The senders, joined by commas; a registration has no other label."""
        return ", ".join(self.senders)

    @property
    def senders(self) -> tuple[str, ...]:
        """The sender values, each once."""
        return senders_in(self.request_details)

    @property
    def vendor_status(self) -> str:
        """`status` as the vendor spells it."""
        return self.status or ""

    @property
    def state(self) -> CampaignState:
        """The status in words that fit every vendor."""
        return (
            CampaignState.UNKNOWN if self.status is None else _STATES.get(self.status, CampaignState.UNKNOWN)
        )

    @property
    def version(self) -> str | None:
        """`updateTime` exactly as it came; every change of the registration changes it."""
        raw = self.extra.get("updateTime")
        if isinstance(raw, str):
            return raw
        return None if self.updated_at is None else format_datetime(self.updated_at)

    @property
    def expected_on(self) -> date | None:
        """Day on which approval is expected; None where there is none or the text is not a day."""
        try:
            return None if self.eta_date is None else date.fromisoformat(self.eta_date[:10])
        except ValueError:
            return None

    def as_update(
        self,
        *,
        callback_url: str | Unchanged | None = UNCHANGED,
        notification_contacts: Sequence[str] | Unchanged | None = UNCHANGED,
        request_details: Sequence[RequestDetails] | Unchanged | None = UNCHANGED,
        tags: Sequence[str] | Unchanged | None = UNCHANGED,
    ) -> RegistrationUpdate:
        """The whole of what an update sends: what is there now, with changes.

        Sinch prints some callback URLs without their scheme; one that is kept goes back as https.

        Raises:
            InvalidInputError: A change is of the wrong form.
        """
        return RegistrationUpdate(
            callback_url=_over_https(self.callback_url) if callback_url is UNCHANGED else callback_url,
            notification_contacts=_changed(
                self.notification_contacts, notification_contacts, "notification_contacts"
            ),
            request_details=_changed(self.request_details or None, request_details, "request_details"),
            tags=_changed(self.tags, tags, "tags"),
        )


def _over_https(url: str | None) -> str | None:
    return url if not url or "://" in url else f"https://{url}"


def _changed(
    there: tuple[T, ...] | None, given: Sequence[T] | Unchanged | None, name: str
) -> tuple[T, ...] | None:
    if given is UNCHANGED:
        return there
    return None if given is None else items_of(given, object, name, f"{name}=[...]")


_STATES = {
    RegistrationState.DRAFT: CampaignState.DRAFT,
    RegistrationState.IN_QUEUE: CampaignState.IN_REVIEW,
    RegistrationState.IN_PROGRESS: CampaignState.IN_REVIEW,
    RegistrationState.ON_HOLD: CampaignState.SUSPENDED,
    RegistrationState.PENDING: CampaignState.ACTION_REQUIRED,
    RegistrationState.PENDING_APPROVAL: CampaignState.IN_REVIEW,
    RegistrationState.PENDING_ATTACHMENTS: CampaignState.ACTION_REQUIRED,
    RegistrationState.APPROVED: CampaignState.APPROVED,
    RegistrationState.REJECTED: CampaignState.REJECTED,
}


@attrs.frozen(kw_only=True, slots=False)
class RegistrationList:
    """One page of a listing.

    Attributes:
        registrations: Registrations of the page.
        next_page_token: Token of the next page (`nextPageToken`); None or empty on the last one.
        total_size: Registrations in all (`totalSize`); None where Sinch left it out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/listregistrations.md
    """

    registrations: tuple[SenderIdRegistration, ...] = ()
    next_page_token: str | None = None
    total_size: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
