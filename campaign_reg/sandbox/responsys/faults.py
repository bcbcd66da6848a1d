"""Fault actions that only Responsys has: refusals by code, dead tokens in disguise, odd links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.sandbox.responsys.auth import Tokens
from campaign_reg.sandbox.responsys.errors import over_limit, problem
from campaign_reg.sandbox.scene import with_document

if TYPE_CHECKING:
    from campaign_reg.sandbox.exchange import Action, Outcome
    from campaign_reg.sandbox.scene import Scene


async def throttled(scene: Scene, *, status: int = 400, code: str = "API_LIMIT_EXCEEDED") -> Outcome:
    """Throttle by code; 400, 401 and 429 are all told of, and no header says for how long.

    INTERNAL_CAPACITY_LIMIT_EXCEEDED is the code of the ten-minute capacity.
    """
    if code == "API_LIMIT_EXCEEDED":
        return over_limit(scene.call.operation, status=status)
    return problem(code, status=status)


async def dead_token(scene: Scene, *, disguise: str = "TOKEN_EXPIRED") -> Outcome:
    """Refuse the token, as INVALID_TOKEN, TOKEN_EXPIRED or UNEXPECTED_EXCEPTION."""
    return Tokens.dead(disguise)


async def refused_by_code(
    scene: Scene, *, code: str, status: int | None = None, detail: str | None = None, applied: bool = False
) -> Outcome:
    """Refuse with any errorCode, known or not, having applied the call or not."""
    if applied:
        scene.answer()
    return problem(code, detail, status=status)


async def next_link(scene: Scene, *, href: str | None = None, empty: bool = False) -> Outcome:
    """Lead the next link of a page to `href`, or back to the page itself; or empty the page."""
    reply = scene.answer()
    document = reply.document
    for link in document.get("links", ()):
        if link["rel"] == "next" and not empty:
            link["href"] = href or scene.vendor.page_token_again(scene.call)
    for name in scene.vendor.traits.items:
        if empty and name in document:
            document[name] = []
    return with_document(reply, document)


FAULTS: dict[str, Action] = {
    action.__name__: action for action in (throttled, dead_token, refused_by_code, next_link)
}
