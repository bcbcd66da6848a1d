"""Pages of a listing at Sinch: every listing has the same page token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from campaign_reg.protocol.pager import Page

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response

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
