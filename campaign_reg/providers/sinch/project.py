"""A project at Sinch: what its APIs have in common, their page token first of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from campaign_reg.protocol.pager import Page
from campaign_reg.protocol.ports import C
from campaign_reg.providers.base import HttpBackend

if TYPE_CHECKING:
    import cattrs

    from campaign_reg.providers.sinch.config import SinchAccess
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.operation import Operation
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import QueryValue

T = TypeVar("T")


def page_of(items: Callable[[Any], tuple[T, ...]]) -> Callable[[Any, Response], Page[T]]:
    """Make the function that turns an answer into a page.

    Args:
        items: Takes the items out of the answer.
    """

    def split(document: Any, _: Response) -> Page[T]:
        return Page(
            items=items(document), next_cursor=document.next_page_token or None, total=document.total_size
        )

    return split


class ProjectBackend(HttpBackend[C]):
    """A backend for one API of one Sinch project."""

    def __init__(
        self, config: SinchAccess, transport: Transport, *, converter: cattrs.Converter, **shared: Any
    ) -> None:
        super().__init__(
            config,
            transport,
            account=config.project_id,
            converter=converter,
            base_url=config.base_url,
            path={"project_id": config.project_id},
            **shared,
        )

    async def _list_page(
        self,
        operation: Operation,
        items: Callable[[Any], tuple[C, ...]],
        query: Mapping[str, QueryValue],
        cursor: str | None,
        reservation: Reservation | None = None,
    ) -> Page[C]:
        """Read the page at `cursor`; a reservation is for the first page."""
        request = self._request(
            operation,
            query={**query, "pageToken": cursor},
            reservation=reservation if cursor is None else None,
        )
        return await self._page(request, page_of(items))
