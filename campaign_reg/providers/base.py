"""The base of backends over HTTP: calls to a vendor, and the sending of a prepared write.

Providers override `_request` and `_decoded` where a vendor needs more, and `_reading_details` where its readings hold
more than identifier, version and status. All names of this module are for authors of providers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import attrs

from campaign_reg.errors import (
    ApiError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    InvalidInputError,
    OutcomeUnknownError,
    PaginationError,
)
from campaign_reg.models.campaign import Campaign
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.several import check_members
from campaign_reg.protocol.write import Answer, NotApplied, PreparedWrite
from campaign_reg.wire.codec import dumps
from campaign_reg.wire.request import Request, build_request
from campaign_reg.wire.response import check_id, error_of, parse_response, vendor_date

if TYPE_CHECKING:
    from collections.abc import Awaitable

    import cattrs

    from campaign_reg.protocol.config import ProviderConfig
    from campaign_reg.protocol.pager import Page
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import BodySource, Response, Sink
    from campaign_reg.wire.operation import Operation
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import QueryValue

C = TypeVar("C", bound=Campaign)
T = TypeVar("T")

_NEVER_SENT = (ConnectError, ApiError, ConfigurationError, InvalidInputError)
"""What a transport raises where nothing was sent: no connection, no token, or a request that cannot be sent."""

_FORM = "application/x-www-form-urlencoded"


def join_id(*parts: str) -> str:
    """Make one id of several parts, for a vendor that names a campaign by more than one.

    Args:
        parts: Texts without `/`, none of them empty.

    Raises:
        InvalidInputError: A part is empty or holds a `/`.
    """
    if "" in parts or any("/" in part for part in parts):
        raise InvalidInputError(f"an id cannot be made of {parts!r}: no part may be empty or hold a slash")
    return "/".join(parts)


def split_id(id: str, *names: str) -> dict[str, str]:
    """Take an id of `join_id` apart, into values for a path.

    Args:
        id: The id.
        names: What the parts are called, in their order.

    Raises:
        InvalidInputError: It has more or fewer parts.
    """
    parts = str(id).split("/")
    if len(parts) != len(names) or "" in parts:
        raise InvalidInputError(f"id {id!r} must have the form {'/'.join(names)}")
    return dict(zip(names, parts, strict=True))


class HttpCalls:
    """Calls to one account over HTTP: builds requests, sends them and decodes the answers.

    Base of a backend, and of what a backend offers besides campaigns, such as brands.

    Args:
        transport: The account's transport stack.
        converter: Structures answers and unstructures documents.
        base_url: Origin of all requests, without a trailing slash; empty where the origin comes with the token.
        path: Values of the placeholders that every path has.

    Attributes:
        converter: The cattrs converter; hooks registered here are used for every answer.
    """

    def __init__(
        self,
        transport: Transport,
        converter: cattrs.Converter,
        *,
        base_url: str = "",
        path: Mapping[str, str] | None = None,
    ) -> None:
        self._transport, self.converter = transport, converter
        self._base_url, self._path = base_url, path or {}

    @classmethod
    def sharing(cls, calls: HttpCalls) -> Self:
        """Make an object that calls the same account in the same way."""
        return cls(calls._transport, calls.converter, base_url=calls._base_url, path=calls._path)

    async def _call(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, QueryValue] | None = None,
        body: bytes | None = None,
        reservation: Reservation | None = None,
    ) -> Any:
        """Send an operation and decode its answer as `operation.result`."""
        request = self._request(operation, path, query=query, body=body, reservation=reservation)
        return (await self._exchange(request))[0]

    async def _exchange(self, request: Request) -> tuple[Any, Response]:
        """Send a request; returns the decoded answer and the response."""
        response = await self._transport.send(request)
        return self._decoded(request.operation, response), response

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, QueryValue] | None = None,
        body: bytes | BodySource | None = None,
        form: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        sink: Sink | None = None,
        reservation: Reservation | None = None,
    ) -> Request:
        """Build a request.

        Args:
            operation: What to call.
            path: Values of the path's placeholders, besides those that every path has.
            query: Query members; None leaves one out, an iterable repeats the key.
            body: Encoded body, or where it comes from piece by piece.
            form: Members of a form, in place of `body`.
            content_type: Of the body.
            sink: Where the body of a success goes piece by piece.
            reservation: Slots reserved by the caller.

        Raises:
            InvalidInputError: A value cannot be sent.
        """
        if form is not None:
            body, content_type = urlencode(form).encode(), _FORM
        return build_request(
            operation,
            self._base_url,
            path={**self._path, **(path or {})},
            query=query,
            body=body,
            content_type=content_type,
            sink=sink,
            reservation=reservation,
        )

    def _follow(self, operation: Operation, url: str, *, reservation: Reservation | None = None) -> Request:
        """Build the request for a link of the vendor's, such as the one to the next page.

        Raises:
            PaginationError: It leads to another origin, which must not get the credentials.
        """
        target = urljoin(f"{self._base_url}/", url)
        if urlsplit(target)[:2] != urlsplit(self._base_url)[:2]:
            raise PaginationError(f"{operation.name}: the link to the next page leads to another origin")
        request = build_request(attrs.evolve(operation, path=""), "", reservation=reservation)
        request.operation, request.url = operation, target
        return request

    def _decoded(self, operation: Operation, response: Response) -> Any:
        """Decode an answer as `operation.result`, or raise what a refusal means."""
        return parse_response(operation, response, self.converter.structure)

    def _encoded(self, document: object, kind: type | None = None) -> bytes:
        """Encode a document as JSON; its members are checked for their types.

        Args:
            document: An attrs object.
            kind: The class that it must be of; None where the caller has made it.

        Raises:
            InvalidInputError: It is not of that class, or a member is missing or not of its type.
        """
        if kind is not None and not isinstance(document, kind):
            raise InvalidInputError(f"expected a {kind.__name__}, not {type(document).__name__}")
        kind = kind or type(document)
        check_members(document, f"{kind.__name__}.")
        try:
            plain = self.converter.unstructure(document)
            made: Any = self.converter.structure(plain, kind)
        except DecodeError as error:
            raise InvalidInputError(f"{kind.__name__}.{error}") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidInputError(f"{kind.__name__} cannot be written as JSON: {error}") from None
        _check_objects(document, made)
        return self._json(plain, kind.__name__)

    @staticmethod
    def _json(plain: Any, name: str = "this") -> bytes:
        """Encode plain values as JSON.

        Args:
            plain: Mappings, lists, texts, numbers, booleans and None.
            name: What it is, for the error.

        Raises:
            InvalidInputError: NaN, a number that is too large, half a surrogate pair, or an object that is not JSON's.
        """
        try:
            json.dumps(plain, allow_nan=False)  # the encoder that sends would write NaN as null
            return dumps(plain)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidInputError(f"{name} cannot be written as JSON: {error}") from None

    async def _page(self, request: Request, page_of: Callable[[Any, Response], Page[T]]) -> Page[T]:
        """Send the request for a page of a listing, and note the vendor's time.

        Args:
            request: The request.
            page_of: Makes the page from the decoded answer and the response.
        """
        document, response = await self._exchange(request)
        return attrs.evolve(page_of(document, response), vendor_time=vendor_date(response.headers))


class HttpBackend(HttpCalls, Backend[C]):
    """A backend whose vendor speaks HTTP.

    Args:
        config: The provider's settings.
        transport: The account's transport stack.
        account: What distinguishes this account from others; no secret.
        converter: Structures answers and unstructures documents.
        base_url: Origin of all requests, without a trailing slash; empty where the origin comes with the token.
        path: Values of the placeholders that every path has.
        shared: What `connect` gives to every backend; see `Backend`.
    """

    def __init__(
        self,
        config: ProviderConfig,
        transport: Transport,
        *,
        account: str,
        converter: cattrs.Converter,
        base_url: str = "",
        path: Mapping[str, str] | None = None,
        **shared: Any,
    ) -> None:
        HttpCalls.__init__(self, transport, converter, base_url=base_url, path=path)
        Backend.__init__(self, account=account, timeouts=config.timeouts, schedule=config.schedule, **shared)

    def reading_of(self, campaign: C) -> Reading:
        """Reduce a campaign that came with a listing; it may be old."""
        return self._reading(campaign)

    async def _read(self, request: Request, id: str, kind: str = "campaign") -> Reading:
        """Send the request for one campaign, and reduce the answer to what decides.

        Args:
            request: The request.
            id: The campaign that was asked for.
            kind: What the vendor calls it, in a word; for the error.

        Raises:
            DecodeError: The answer is about another campaign.
        """
        document, response = await self._exchange(request)
        campaign = self._campaign_in(document)
        check_id(request.operation, id, campaign.id, kind)
        return self._reading(campaign, response)

    def _campaign_in(self, document: Any) -> Campaign:
        """Take the campaign out of the answer to a reading; here the answer is the campaign."""
        campaign: Campaign = document
        return campaign

    def _reading(self, campaign: Campaign, response: Response | None = None) -> Reading:
        """Reduce a campaign to what decides.

        Args:
            campaign: The campaign.
            response: The answer that holds it; None for one of a listing.
        """
        # An answer counts from when its request left: the vendor may have read the campaign at any time since.
        age = 0.0 if response is None else max(self.clock.monotonic() - response.sent_at, 0.0)
        return Reading(
            target=campaign.id,
            version=campaign.version,
            status=campaign.vendor_status,
            taken_at=self.clock.now() - timedelta(seconds=age),
            vendor_time=None if response is None else vendor_date(response.headers),
            campaign=campaign,
            **self._reading_details(campaign),
        )

    def _reading_details(self, campaign: Any) -> Mapping[str, Any]:
        """Further members of a `Reading`, such as `terms` and `action_status`; none here."""
        return {}

    def _prepared(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        answer: Callable[[Any], Answer],
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        mark: Mapping[str, str] | None = None,
        refused: Callable[[ApiError], Awaitable[Answer | NotApplied]] | None = None,
    ) -> PreparedWrite:
        """Make the data of a write whose request does not depend on the reading before it.

        Args:
            operation: What to call.
            path: Values of the path's placeholders.
            answer: Makes the `Answer` from the decoded acknowledgement.
            body: Encoded body.
            form: Members of a form, in place of `body`.
            mark: For a create, what distinguishes the new campaign from all others.
            refused: As for `PreparedWrite`.
        """
        request = self._request(operation, path, body=body, form=form)
        return PreparedWrite(
            request_for=lambda _: request,
            interpret=lambda response: answer(self._decoded(operation, response)),
            refused=refused,
            mark=mark or {},
        )

    async def send(self, write: PreparedWrite, request: Request) -> Answer | NotApplied:
        """Send a prepared write once, and classify its answer by the operation's error table.

        Raises:
            OutcomeUnknownError: No answer, or one that proves nothing.
            Exception: What `interpret` or `refused` raised: the write may have been applied.
        """
        try:
            response = await self._transport.send(request)
        except _NEVER_SENT as error:
            return NotApplied(error)
        if response.status in request.operation.success:
            try:
                return write.interpret(response)
            except OutcomeUnknownError as error:
                error.status = error.status or response.status
                raise
        refusal = error_of(request.operation, response)
        if not isinstance(refusal, ApiError):
            raise refusal
        return NotApplied(refusal) if write.refused is None else await write.refused(refusal)


def _check_objects(document: object, made: object) -> None:
    """Refuse a mapping where a document's member is an object of a class of its own."""
    kind: Any = type(document)
    for name in attrs.fields_dict(kind):
        wanted = type(getattr(made, name))
        if attrs.has(wanted) and not isinstance(getattr(document, name), wanted):
            raise InvalidInputError(f"{kind.__name__}.{name} must be a {wanted.__name__}")
