"""Single messages, and the state of each message."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from campaign_reg.errors import InvalidInputError, NotFoundError, OutcomeUnknownError
from campaign_reg.models.finding import refuse_errors
from campaign_reg.protocol.pager import Pager, checked_page_size
from campaign_reg.protocol.several import check_members
from campaign_reg.providers.rcs import operations as ops
from campaign_reg.providers.rcs.calls import MOST_A_PAGE, RcsCalls, digits
from campaign_reg.providers.rcs.codec import message_body
from campaign_reg.providers.rcs.lint import findings
from campaign_reg.providers.rcs.message_models import RcsMessage
from campaign_reg.wire.response import check_id

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.calls import Query
    from campaign_reg.providers.rcs.drafts import MessageDraft
    from campaign_reg.providers.rcs.events import Event


class MessageCalls(RcsCalls):
    """Single messages, and the state of each message."""

    async def send_message(self, draft: MessageDraft) -> RcsMessage:
        """Send one message at once, without a campaign. It needs funds; one request, never repeated.

        Returns:
            The message as taken. Its id is not a campaign's.

        Raises:
            InvalidInputError: It exceeds a limit of the vendor's.
            InvalidRequestError: The platform refused it; `violations` says why.
            OutcomeUnknownError: It may have been sent. The error names the reference: look with
                `messages(reference_id=...)` before sending again. So it ends, too, where the platform says that it had
                the same request a moment ago.

        Source:
            https://bsg.world/developers/rest-api/single-rcs-message-sending
        """
        check_members(draft)
        refuse_errors(findings(draft, self.clock.now()))
        reference = draft.phone.reference_id or self._new_key()
        body = self._json(message_body(draft, reference))
        try:
            envelope = await self._call(ops.SEND_MESSAGE, body=body)
            check_id(ops.SEND_MESSAGE, reference, envelope.data.reference_id, "message")
        except OutcomeUnknownError as error:
            reason = f"{error.reason} (its reference_id is {reference})"
            raise OutcomeUnknownError.from_answer(error, error.operation, reason) from None
        message: RcsMessage = envelope.data
        return message

    def messages(
        self,
        *,
        id: str | None = None,
        campaign_id: str | None = None,
        reference_id: str | None = None,
        created_from: datetime | str | None = None,
        created_to: datetime | str | None = None,
        newest_first: bool = False,
        page_size: int | None = None,
    ) -> Pager[RcsMessage]:
        """List messages lazily; no I/O before it is iterated.

        Args:
            id: One message.
            campaign_id: Those of a campaign.
            reference_id: The one with this reference of the caller's.
            created_from: At or after. A longer period than three months is walked through in several. Left out, the
                platform looks back three months.
            created_to: At or before; dates in the future are refused by the platform. Left out, until now.
            newest_first: By id, falling.
            page_size: 15 to 500.

        Times may be given as text, such as `2026-11-22 09:00:00`. Those without a zone are the platform's; an instant
        needs the setting `time_zone`.

        Source:
            https://bsg.world/developers/rest-api/get-the-status-of-a-sent-rcs-message
        """
        query: Query = {
            "filter[id]": None if id is None else digits(id),
            "filter[campaign_id]": None if campaign_id is None else digits(campaign_id, "campaign_id"),
            "filter[reference_id]": reference_id,
            "way": "desc" if newest_first else None,
            "page[limit]": checked_page_size(page_size, least=15, most=MOST_A_PAGE),
        }
        if reference_id is not None and not (reference_id.isascii() and reference_id.isalnum()):
            raise InvalidInputError("reference_id must be 1 to 32 letters and digits")
        period = self._period(created_from, created_to, newest_first=newest_first)
        return self._pages_in(period, query, lambda asked: self._listed(ops.LIST_MESSAGES, asked))

    async def message(self, id: str) -> RcsMessage:
        """Read one message, of the last three months.

        Raises:
            NotFoundError: The platform has none of that id.
        """
        async for message in self.messages(id=id):
            if message.id == id:
                return message
        raise NotFoundError(ops.LIST_MESSAGES.name, 200, f"no message {id} within three months")

    async def campaign_of(self, event: Event) -> str | None:
        """The id of the campaign that an event's message belongs to, read from the platform; None for a single message.

        Give it to `poller.notify`.

        Raises:
            NotFoundError: The platform has no such message: the event was made up, or is older than three months.
        """
        return (await self.message(event.message_id)).campaign_id
