"""A contact texts a number: the text is kept, its ITSP obeys its word and takes it to the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.encoding import new_sid
from simulator.face import Face
from simulator.journal import Journal
from simulator.records import Media, Message, Number
from simulator.segments import count_segments
from simulator.state import State
from simulator.views import message_event


@dataclass(frozen=True, slots=True)
class Picture:
    """Media that a contact sends."""

    content_type: str
    data: bytes
    disposition: str = ""


class Inbound:
    """Takes a contact's text to the product."""

    def __init__(self, faces: Mapping[str, Face], state: State, journal: Journal) -> None:
        self._faces = faces
        self._state = state
        self._journal = journal

    def receive(self, contact: str, number: Number, body: str, pictures: list[Picture]) -> Message:
        """The text has reached the ITSP; `deliver` then takes it to the webhook."""
        face = self._faces[number.itsp]
        message = Message(
            sid=face.new_id(has_media=bool(pictures)),
            direction="inbound",
            from_=contact,
            to=number.address,
            body=body,
            status="received",
            num_segments=count_segments(body),
            ends_as="received",
            itsp=number.itsp,
        )
        message.sent_at = message.created_at
        message.enter("received", message.created_at)
        for picture in pictures:
            media = Media(
                new_sid("ME"),
                message.sid,
                picture.content_type,
                picture.data,
                message.created_at,
                picture.disposition,
            )
            self._state.add_media(media)
            message.media.append(media.sid)
        self._state.add_message(message)
        message_event(self._journal, message)
        face.obey(message, number)
        return message

    async def deliver(
        self, message: Message, number: Number, extra: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """What came of it is kept on the message and returned."""
        result = await self._faces[number.itsp].call_inbound(message, number, extra or {})
        message.webhook = result
        self._state.changed_message(message)
        message_event(self._journal, message)
        return result
