"""A web service whose resubmissions survive it: `python durable_service.py PORT JOURNAL`.

PUT /campaigns/{id}/resubmission    202 once it is on disk; what was asked for before is not asked for again
GET /campaigns/{id}/resubmission    how it ended, or that it has not
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

from aiohttp import web

import campaign_reg
from campaign_reg import Batch, InvalidInputError, RowResult, StateError

BATCH = web.AppKey("batch", Batch)
ENDED = web.AppKey("ended", dict[str, RowResult])
JOURNAL = web.AppKey("journal", str)


async def opened(app: web.Application) -> AsyncIterator[None]:
    """One batch for the life of the service; what an earlier process left open goes on at once."""
    async with (
        campaign_reg.connect("sinch") as sinch,
        Batch.open(app[JOURNAL], sinch, "resubmit", open_ended=True) as batch,
    ):
        app[BATCH], app[ENDED] = batch, {}
        reading = asyncio.create_task(read(app))
        yield
    # Closing the batch ends the reading; what is under way goes on at the vendor, and in the next process.
    with contextlib.suppress(campaign_reg.CampaignRegError):
        await reading


async def read(app: web.Application) -> None:
    """Take in every result, those of earlier processes too."""
    async for result in app[BATCH].results(replay=True):
        app[ENDED][result.id] = result


async def ask(request: web.Request) -> web.Response:
    try:
        await request.app[BATCH].submit(request.match_info["id"])
    except InvalidInputError as error:
        return web.json_response({"error": str(error)}, status=422)
    except StateError as error:  # a guardrail or another batch holds it, or the service is shutting down
        return web.json_response({"error": str(error)}, status=409)
    return web.json_response({"state": "taken"}, status=202)


async def look(request: web.Request) -> web.Response:
    result = request.app[ENDED].get(request.match_info["id"])
    if result is None:
        return web.json_response({"verdict": None})
    outcome = result.outcome
    return web.json_response(
        {"verdict": outcome.verdict, "evidence": outcome.evidence, "reason": outcome.reason}
    )


def make_app(journal: str) -> web.Application:
    app = web.Application()
    app[JOURNAL] = journal
    app.cleanup_ctx.append(opened)
    app.router.add_put("/campaigns/{id}/resubmission", ask)
    app.router.add_get("/campaigns/{id}/resubmission", look)
    return app


if __name__ == "__main__":
    web.run_app(make_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]))
