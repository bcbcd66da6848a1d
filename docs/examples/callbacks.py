"""A web service that takes callbacks of sender IDs and of RCS: `python callbacks.py PORT`.

POST /callbacks/sender-id       signed by Sinch
POST /callbacks/rcs/{secret}    not signed: the secret part of the address keeps strangers out

RCS_CALLBACK_SECRET holds that secret part: 16 characters or more that nobody can guess.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

from aiohttp import web

import campaign_reg
from campaign_reg import (
    AuthenticationError,
    DecodeError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
)
from campaign_reg.rcs import RcsBackend
from campaign_reg.sender_id import SenderIdBackend

SENDER_ID = web.AppKey("sender_id", SenderIdBackend)
RCS = web.AppKey("rcs", RcsBackend)
SIGNED_BY = web.AppKey("signed_by", str)
REGISTRATIONS = web.AppKey("registrations", asyncio.Queue[str])
MESSAGES = web.AppKey("messages", asyncio.Queue[str])


async def sender_id_callback(request: web.Request) -> web.Response:
    body = await request.read()  # the bytes as they came: JSON written anew has another signature
    try:
        event = request.app[SENDER_ID].parse_callback(request.headers, body, secret=request.app[SIGNED_BY])
    except (AuthenticationError, InvalidRequestError) as error:
        return web.Response(status=error.status)
    except DecodeError:
        return web.Response(status=400)
    request.app[REGISTRATIONS].put_nowait(event.target)
    return web.Response()


async def rcs_callback(request: web.Request) -> web.Response:
    body, presented = await request.read(), request.match_info["secret"]
    secret = os.environ["RCS_CALLBACK_SECRET"]
    try:
        event = request.app[RCS].parse_callback(request.headers, body, secret=secret, presented=presented)
    except (InvalidInputError, DecodeError):
        return web.Response(status=404)  # says nothing about what was wrong
    request.app[MESSAGES].put_nowait(event.message_id)
    return web.Response()


async def look_at_registrations(app: web.Application) -> None:
    """The event was a hint. What the registration is now, only reading tells."""
    while True:
        registration = await app[SENDER_ID].get(await app[REGISTRATIONS].get())
        print(f"{registration.id} is {registration.vendor_status}", flush=True)


async def look_at_messages(app: web.Application) -> None:
    while True:
        with contextlib.suppress(NotFoundError):  # made up by somebody who has seen the address
            message = await app[RCS].message(await app[MESSAGES].get())
            print(f"message {message.id} of campaign {message.campaign_id} is {message.status}", flush=True)


async def opened(app: web.Application) -> AsyncIterator[None]:
    async with campaign_reg.connect("sinch-senderid") as sender_id, campaign_reg.connect("rcs") as rcs:
        app[SENDER_ID], app[RCS] = sender_id, rcs
        app[SIGNED_BY] = (await sender_id.callback_configuration()).hmac_secret or ""
        app[REGISTRATIONS], app[MESSAGES] = asyncio.Queue(), asyncio.Queue()
        readers = [asyncio.create_task(look(app)) for look in (look_at_registrations, look_at_messages)]
        yield
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


def make_app() -> web.Application:
    app = web.Application()
    app.cleanup_ctx.append(opened)
    app.router.add_post("/callbacks/sender-id", sender_id_callback)
    app.router.add_post("/callbacks/rcs/{secret}", rcs_callback)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), host="127.0.0.1", port=int(sys.argv[1]))
