"""A web service that resubmits campaigns while it serves requests: `python webservice.py PORT`.

POST /campaigns/{id}/resubmit    202 with a token
GET  /actions/{token}            what is known of it now
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

import campaign_reg
from campaign_reg import ApiError, InvalidInputError, NotFoundError, OutcomeUnknownError, TransportError
from campaign_reg.sinch import SinchBackend

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SINCH = web.AppKey("sinch", SinchBackend)


async def opened(app: web.Application) -> AsyncIterator[None]:
    """One connection for the life of the service: connections, token and pace are shared by all requests."""
    async with campaign_reg.connect("sinch") as sinch:
        app[SINCH] = sinch
        yield


async def resubmit(request: web.Request) -> web.Response:
    campaign_id = request.match_info["id"]
    try:
        action = await request.app[SINCH].resubmit(campaign_id)
    except OutcomeUnknownError as error:  # it may have been applied: hand out the token, never send again
        return web.json_response({"sent": "maybe", "token": error.token}, status=202)
    return web.json_response({"sent": "no" if action.done else "yes", "token": action.token}, status=202)


async def look(request: web.Request) -> web.Response:
    action = request.app[SINCH].action(request.match_info["token"])
    outcome = await action.refresh()
    if outcome is None:
        return web.json_response({"verdict": None, "status": action.status, "token": action.token})
    found = {"verdict": outcome.verdict, "evidence": outcome.evidence, "reason": outcome.reason}
    return web.json_response(found)


@web.middleware
async def honest_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors tell "refused" from "no answer" by class."""
    try:
        return await handler(request)
    except (InvalidInputError, NotFoundError) as error:
        return web.json_response({"error": str(error)}, status=404)
    except ApiError as error:
        return web.json_response({"error": error.message, "code": error.code}, status=502)
    except TransportError as error:
        return web.json_response({"error": error.reason}, status=503)


def make_app() -> web.Application:
    app = web.Application(middlewares=[honest_errors])
    app.cleanup_ctx.append(opened)
    app.router.add_post("/campaigns/{id}/resubmit", resubmit)
    app.router.add_get("/actions/{token}", look)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), host="127.0.0.1", port=int(sys.argv[1]))
