"""The sender registrations of one Sinch project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, cast

import attrs

from campaign_reg.enums import Verb
from campaign_reg.errors import HeldBackError, InvalidInputError
from campaign_reg.models.finding import Finding, refuse_errors
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.protocol.write import Answer, BeforeSend, Found, Intent, PreparedWrite
from campaign_reg.providers.registry import Provider
from campaign_reg.providers.sinch.auth import scheme_for
from campaign_reg.providers.sinch.config import SenderIdConfig
from campaign_reg.providers.sinch.sender_id import filters
from campaign_reg.providers.sinch.sender_id import operations as ops
from campaign_reg.providers.sinch.sender_id.attachments import AttachmentCalls
from campaign_reg.providers.sinch.sender_id.callbacks import parse_callback
from campaign_reg.providers.sinch.sender_id.codec import feedback_of
from campaign_reg.providers.sinch.sender_id.lint import findings_of
from campaign_reg.providers.sinch.sender_id.models import (
    UNCHANGED,
    RegistrationDraft,
    RegistrationType,
    RegistrationUpdate,
    RequestDetails,
    SenderIdRegistration,
    Unchanged,
)
from campaign_reg.providers.sinch.sender_id.rules import RULES, answers_to, mark_of, senders_of, shows
from campaign_reg.wire.request import QueryValue
from campaign_reg.wire.response import check_id

if TYPE_CHECKING:
    from campaign_reg.models.outcome import Feedback
    from campaign_reg.protocol.action import Action
    from campaign_reg.rate import Reservation

_EVERYTHING_PAGE = 100  # Sinch publishes no maximum


class SenderIdBackend(AttachmentCalls):
    """Registrations of one Sinch project: typed methods over the neutral seam.

    Build it with `campaign_reg.connect("sinch-senderid", ...)`.

    Attributes:
        converter: The cattrs converter; hooks registered here are used for every answer.
    """

    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST, Verb.FEEDBACK})
    rules = RULES
    parse_callback = staticmethod(parse_callback)

    async def get(self, id: str) -> SenderIdRegistration:
        """Read a registration.

        Raises:
            NotFoundError: No such registration in this project.
            InvalidInputError: The id cannot stand in a path.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
        """
        registration = cast("SenderIdRegistration", await self._call(ops.GET, {"id": id}))
        check_id(ops.GET, id, registration.id, "registration")
        return registration

    def list(
        self,
        *,
        status: Iterable[str] | str | None = None,
        tags: Iterable[str] | str | None = None,
        market_code: str | None = None,
        created_from: date | str | None = None,
        created_to: date | str | None = None,
        updated_from: date | str | None = None,
        updated_to: date | str | None = None,
        sender_id: str | None = None,
        registration_type: str = RegistrationType.ALPHANUMERIC_SENDER_ID,
        order_by: str | None = None,
        page_size: int | None = None,
    ) -> Pager[SenderIdRegistration]:
        """List registrations of one kind of sender lazily; no I/O before it is iterated.

        Args:
            status: Keep only this state; Sinch takes one.
            tags: Keep only those with these, the `#` included. Sinch does not say whether with all or with any.
            market_code: Keep only this market; ISO two letters.
            created_from: Created after this day.
            created_to: Created before this day.
            updated_from: Changed after this day.
            updated_to: Changed before this day.
            sender_id: Keep only this sender.
            registration_type: Kind of sender; Sinch has no listing of all kinds.
            order_by: `id`, `status`, `senderId`, `createDate` or `updateDate`, then perhaps `,asc` or `,desc`.
            page_size: Registrations a page; Sinch publishes neither default nor maximum.

        Raises:
            InvalidInputError: A filter that Sinch lacks or reads as something else.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/listregistrations.md
        """
        query: dict[str, QueryValue] = {
            "registrationState": filters.one_status(status),
            "tags": filters.some_tags(tags),
            "marketCode": filters.market(market_code),
            "createDateFrom": filters.day("created_from", created_from),
            "createDateTo": filters.day("created_to", created_to),
            "updateDateFrom": filters.day("updated_from", updated_from),
            "updateDateTo": filters.day("updated_to", updated_to),
            "senderId": sender_id,
            "orderBy": filters.order(order_by),
            "pageSize": checked_page_size(page_size),
            "registrationType": str(registration_type),
        }
        return Pager(partial(self._listed, query, None))

    async def _listed(
        self, query: Mapping[str, QueryValue], reservation: Reservation | None, cursor: str | None
    ) -> Page[SenderIdRegistration]:
        return await self._list_page(ops.LIST, attrgetter("registrations"), query, cursor, reservation)

    def everything(self) -> Pager[SenderIdRegistration]:
        """List the registrations of every known kind of sender lazily, one kind after the other."""
        kinds = [str(kind) for kind in RegistrationType]

        async def fetch(cursor: str | None) -> Page[SenderIdRegistration]:
            kind, _, inner = (cursor or kinds[0]).partition(" ")
            query: dict[str, QueryValue] = {"registrationType": kind, "pageSize": _EVERYTHING_PAGE}
            page = await self._listed(query, None, inner or None)
            later = kinds[kinds.index(kind) + 1 :][:1]
            after = [f"{kind} {page.next_cursor}"] if page.next_cursor else later
            return attrs.evolve(page, next_cursor=after[0] if after else None, total=None)

        return Pager(fetch)

    def overview(self, verb: Verb) -> Pager[Reading]:
        """Every registration: Sinch lists whole documents."""
        return self.everything().map(self.reading_of)

    async def create(
        self, draft: RegistrationDraft, *, before_send: BeforeSend | None = None
    ) -> Action[SenderIdRegistration]:
        """Register a sender: there is no draft, it is submitted at once. Fees may follow, see `policy`.

        A registration with the same policy and the same senders that was not refused is looked for first; then
        nothing is sent. Registrations without senders (long numbers, short codes) are all alike: they are sent without
        that look, and one whose answer is lost ends `unknown`.

        Args:
            draft: The registration.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Returns:
            The action; `action.target` is the new registration's id. Where files are missing it ends as
            `action_required`: upload them.

        Raises:
            InvalidRequestError: The registration does not satisfy its policy; `violations` names the fields.
            NotFoundError: No such policy.
            OutcomeUnknownError: It may have been registered; the error carries the action's token.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/registrations
        """
        return await self.perform(Verb.CREATE, None, draft, before_send=before_send)

    async def update(
        self,
        id: str,
        *,
        callback_url: str | Unchanged | None = UNCHANGED,
        notification_contacts: Sequence[str] | Unchanged | None = UNCHANGED,
        request_details: Sequence[RequestDetails] | Unchanged | None = UNCHANGED,
        tags: Sequence[str] | Unchanged | None = UNCHANGED,
        before_send: BeforeSend | None = None,
    ) -> Action[SenderIdRegistration]:
        """Change a registration, keeping what is not named here.

        Sinch's PUT replaces, so that the registration is read and all of it is sent, with the changes. Editing is
        promised while it is IN_QUEUE; in other states Sinch decides.

        Args:
            id: The registration.
            callback_url: Where status events go; None leaves it out of what is sent.
            notification_contacts: Mail addresses; empty clears them.
            request_details: What is registered.
            tags: Each a `#`, then letters, digits or dashes; empty clears them.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            InvalidRequestError: Sinch refused it; `violations` names the fields.
            HeldBackError: It changed while it was read; nothing was sent.
            OutcomeUnknownError: It may have been changed; the error carries the action's token.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/updateregistration.md
        """
        reading = await self.read(id, verb=Verb.UPDATE)
        registration = cast("SenderIdRegistration", reading.campaign)
        changed = registration.as_update(
            callback_url=callback_url,
            notification_contacts=notification_contacts,
            request_details=request_details,
            tags=tags,
        )

        async def still_the_same(intent: Intent) -> None:
            if intent.preimage is None or intent.preimage.version != reading.version:
                raise HeldBackError(
                    ops.UPDATE.name, "held back: the registration changed meanwhile; try again"
                )
            if before_send is not None:
                await before_send(intent)

        return await self.perform(Verb.UPDATE, id, changed, preimage=reading, before_send=still_the_same)

    async def delete(self, id: str, *, before_send: BeforeSend | None = None) -> Action[SenderIdRegistration]:
        """Delete a registration that is DRAFT, IN_QUEUE or PENDING; it cannot be undone.

        One in another state is not asked for: the action is done, with verdict `skipped`.

        Args:
            id: The registration.
            before_send: Awaited just before the write leaves, with its `Intent`; `intent.token` may be kept.

        Raises:
            OutcomeUnknownError: It may have been deleted; the error carries the action's token.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/registrations
        """
        return await self.perform(Verb.DELETE, id, before_send=before_send)

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """What Sinch asked for or refused, from the registration's logs, in their order; progress is left out.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
        """
        return feedback_of(await self.get(id))

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read a registration and reduce it to what decides."""
        request = self._request(ops.GET, {"id": id}, reservation=reservation)
        request.own_connection = verb is Verb.DELETE  # a 404, which proves it, does not say about what
        return await self._read(request, id, "registration")

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The registrations under a policy with exactly these senders.

        Sinch lists one kind of sender at a time: where the draft did not say its kind, all known kinds are listed.

        Raises:
            PaginationError: The listing goes in circles.
        """
        kinds = (mark["type"],) if "type" in mark else tuple(RegistrationType)
        readings: dict[str, Reading] = {}
        vendor_time: datetime | None = None
        for kind in kinds:
            query = {"senderId": senders_of(mark)[0], "registrationType": str(kind)}
            async for page in Pager(partial(self._listed, query, reservation)).pages():
                vendor_time = page.vendor_time or vendor_time
                matches = [item for item in page.items if answers_to(item, mark)]
                readings |= {item.id: self.reading_of(item) for item in matches}
            reservation = None
        return Found(readings=tuple(readings.values()), vendor_time=vendor_time)

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What breaks a published limit, or may not mean what it seems to; what a policy asks for is not looked at.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: The parameters are not of the verb's form.
        """
        return findings_of(self.params(verb, params))

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build a write without sending it."""
        refuse_errors(findings_of(params))
        if verb is Verb.CREATE:
            if target is not None:
                raise InvalidInputError("a create takes no id: Sinch gives the registration its own")
            body = self._json(self.converter.unstructure(attrs.evolve(params, registration_type=None)))
            return self._prepared(
                ops.CREATE, body=body, answer=lambda made: Answer(target=made.id), mark=mark_of(params)
            )
        if target is None:
            raise InvalidInputError(f"{verb} needs the registration's id")
        if verb is Verb.DELETE:
            deleted = Answer(target=target, settled=True)
            return self._prepared(ops.DELETE, {"id": target}, answer=lambda _: deleted)
        return self._prepared_update(target, params)

    def _prepared_update(self, target: str, changes: RegistrationUpdate) -> PreparedWrite:
        def answer(stored: SenderIdRegistration) -> Answer:
            check_id(ops.UPDATE, target, stored.id, "registration")
            return Answer(target=target, settled=shows(stored, changes))

        body = self._json(self.converter.unstructure(changes))
        return self._prepared(ops.UPDATE, {"id": target}, body=body, answer=answer)


PROVIDER = Provider(
    name="sinch-senderid",
    title="Sinch sender ID registrations",
    config=SenderIdConfig,
    scheme=scheme_for,
    backend=SenderIdBackend,
)
