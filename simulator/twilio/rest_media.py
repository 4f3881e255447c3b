"""The media of messages in the REST API, and the place where they really are."""

from __future__ import annotations

from aiohttp import web

from simulator.encoding import json_response
from simulator.records import Media
from simulator.simulator import SIMULATOR
from simulator.twilio.errors import ApiError
from simulator.twilio.paging import page_2010
from simulator.twilio.resources import media_resource
from simulator.twilio.rest import rest
from simulator.twilio.rest_messages import message_of


@rest
async def index(request: web.Request) -> web.StreamResponse:
    simulator, message = request.app[SIMULATOR], message_of(request)
    media = [simulator.state.media[sid] for sid in message.media]
    shape = page_2010(
        request,
        "media_list",
        media,
        lambda item: item.sid,
        lambda item: media_resource(simulator.account, item),
    )
    return json_response(shape)


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    return json_response(media_resource(request.app[SIMULATOR].account, _media(request)))


@rest
async def content(request: web.Request) -> web.StreamResponse:
    """The file itself is elsewhere, where no credentials are wanted."""
    return web.Response(status=307, headers={"Location": f"{request.url.origin()}/cdn/{_media(request).sid}"})


async def cdn(request: web.Request) -> web.StreamResponse:
    """A stored file. Credentials that were not dropped on the redirect are refused, as by a signed S3 URL."""
    if "Authorization" in request.headers:
        return web.Response(
            status=400, text="Only one auth mechanism allowed; drop the Authorization header."
        )
    media = request.app[SIMULATOR].state.media.get(request.match_info["media"])
    if media is None:
        return web.Response(status=404)
    headers = {"Content-Type": media.content_type, "X-Content-Type-Options": "nosniff"}
    if media.disposition:
        headers["Content-Disposition"] = media.disposition
    return web.Response(body=media.data, headers=headers | {"Content-Security-Policy": "sandbox"})


def _media(request: web.Request) -> Media:
    media = request.app[SIMULATOR].state.media.get(request.match_info["media"])
    if media is None or media.message_sid != message_of(request).sid:
        raise ApiError(20404, request.path)
    return media
