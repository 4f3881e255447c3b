"""Fetches the media of an outbound message, as ITSPs do: HEAD, then GET, once they are to be sent."""

from __future__ import annotations

import time

import aiohttp

from simulator.encoding import new_sid
from simulator.face import Trouble
from simulator.records import Media, Message
from simulator.state import State

TIMEOUT_S = 10.0
TYPES = ("image/", "video/", "audio/", "text/", "application/pdf")


class MediaRefused(Exception):
    """The message fails: its media can't be fetched, are of no type for MMS, or too large."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


class MediaFetcher:
    """Holds its own connections, made when first used."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def fetch(self, message: Message, most_bytes: int) -> None:
        """Store what the message's media URLs hold."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        left = most_bytes
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                for url in message.media_urls:
                    left -= await self._fetch_one(session, message, url, left)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise MediaRefused(Trouble.MEDIA_AWAY) from error
        self._state.changed_message(message)

    async def _fetch_one(self, session: aiohttp.ClientSession, message: Message, url: str, left: int) -> int:
        async with session.head(url, allow_redirects=True) as head:
            head.raise_for_status()
            announced = head.headers.get("Content-Type", "")
        async with session.get(url) as answer:
            answer.raise_for_status()
            data = await answer.content.read(left + 1)
            while len(data) <= left and (more := await answer.content.read(left + 1)):
                data += more
            content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        if len(data) > left:
            raise MediaRefused(Trouble.MEDIA_TOO_LARGE)
        if not content_type.startswith(TYPES) or announced.partition(";")[0].strip() != content_type:
            raise MediaRefused(Trouble.MEDIA_TYPE)
        media = Media(new_sid("ME"), message.sid, content_type, data, time.time())
        self._state.add_media(media)
        message.media.append(media.sid)
        return len(data)
