"""All that the simulator knows, in memory; `store.py` keeps it on disk."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from simulator.records import Media, Message, Number, Service, key_of

# What kind of record changed, and its key.
Change = tuple[str, str]


class State:
    """Messages, numbers, media, phones and opt-outs, with the indexes that questions need."""

    def __init__(self) -> None:
        self.changed: set[Change] = set()
        self.numbers: dict[str, Number] = {}
        self.services: dict[str, Service] = {}
        self.messages: dict[str, Message] = {}
        self.media: dict[str, Media] = {}
        self.phones: dict[str, float] = {}
        self.opt_outs: dict[tuple[str, str], float] = {}
        self.of_faces: dict[str, dict[str, Any]] = {}
        self.between: defaultdict[tuple[str, str], dict[str, Message]] = defaultdict(dict)

    def changed_message(self, message: Message) -> None:
        self.changed.add(("message", message.sid))

    def changed_number(self, number: Number) -> None:
        number.updated_at = time.time()
        self.changed.add(("number", number.key))

    def add_number(self, number: Number) -> None:
        self.numbers[number.key] = number
        self.changed_number(number)

    def number_at(self, address: str, itsp: str) -> Number | None:
        """The number as this ITSP has it."""
        number = self.numbers.get(address)
        return number if number and number.itsp == itsp else self.numbers.get(key_of(address, itsp))

    def numbers_of(self, itsp: str) -> list[Number]:
        return [number for number in self.numbers.values() if number.itsp == itsp]

    def add_service(self, service: Service) -> None:
        self.services[service.sid] = service
        self.changed.add(("service", service.sid))

    def remove_service(self, service: Service) -> None:
        del self.services[service.sid]
        self.changed.add(("service", service.sid))

    def service_of(self, number: Number) -> Service | None:
        """The Messaging Service that the number is in."""
        return next((s for s in self.services.values() if number.address in s.numbers), None)

    def keep_of_face(self, key: str, value: dict[str, Any]) -> None:
        """A record of a kind that one ITSP alone has; the key begins with its code."""
        self.of_faces[key] = value
        self.changed.add(("of_face", key))

    def add_media(self, media: Media) -> None:
        self.media[media.sid] = media
        self.changed.add(("media", media.sid))

    def add_phone(self, address: str, at: float) -> None:
        self.phones[address] = max(at, self.phones.get(address, 0.0))
        self.changed.add(("phone", address))

    def opt_out(self, contact: str, number: str) -> None:
        self.opt_outs[contact, number] = time.time()
        self.changed.add(("opt_out", f"{contact} {number}"))

    def opt_in(self, contact: str, number: str) -> None:
        self.opt_outs.pop((contact, number), None)
        self.changed.add(("opt_out", f"{contact} {number}"))

    def add_message(self, message: Message) -> None:
        self.messages[message.sid] = message
        self.changed_message(message)
        self.between[message.contact, message.number][message.sid] = message
        self.add_phone(message.contact, message.created_at)

    def remove_message(self, message: Message) -> None:
        del self.messages[message.sid]
        self.changed_message(message)
        self.between[message.contact, message.number].pop(message.sid, None)
        for sid in message.media:
            self.media.pop(sid, None)
            self.changed.add(("media", sid))

    def clear(self) -> None:
        """Forget everything, on disk too."""
        for message in list(self.messages.values()):
            self.remove_message(message)
        self.changed |= {("number", key) for key in self.numbers} | {("phone", key) for key in self.phones}
        self.changed |= {("opt_out", f"{contact} {number}") for contact, number in self.opt_outs}
        self.changed |= {("service", key) for key in self.services}
        self.changed |= {("of_face", key) for key in self.of_faces}
        for everything in (
            self.numbers,
            self.services,
            self.media,
            self.phones,
            self.opt_outs,
            self.of_faces,
            self.between,
        ):
            everything.clear()

    def number_by_sid(self, sid: str) -> Number | None:
        return next((number for number in self.numbers.values() if number.sid == sid), None)

    def conversation(self, contact: str, number: str) -> list[Message]:
        """What a contact and one of our numbers wrote each other, oldest first."""
        pair = self.between.get((contact, number))
        return list(pair.values()) if pair else []
