"""Contacts' phones and what they text, in the control API."""

from __future__ import annotations

import asyncio
import base64
import binascii
import heapq
from typing import Any

from aiohttp import web

from simulator.control import posted
from simulator.encoding import json_response
from simulator.inbound import Picture
from simulator.numbering import ALPHANUMERIC, E164, SHORT_CODE
from simulator.records import Message, Number
from simulator.simulator import SIMULATOR, Simulator

MOST_MEDIA = 10
LONGEST_BODY = 1600
MOST_MEDIA_BYTES = 5 * 1024 * 1024
AT_ONCE = 50
PHONES_SHOWN = 100


async def inbound(request: web.Request) -> web.StreamResponse:
    """A contact texts a number: {from, to, body, media?, num?, wait?, fields?, by?} or {resend: sid}.

    `by` is the ITSP that it comes by, where the number is at two.
    """
    simulator, asked = request.app[SIMULATOR], await posted(request)
    made = _receive(simulator, asked) if "resend" not in asked else [_known(simulator, str(asked["resend"]))]
    fields = {str(name): str(text) for name, text in asked.get("fields", {}).items()}
    work = _deliver_all(simulator, made, fields)
    if asked.get("wait", True) is False:
        simulator.spawn(work)
        return json_response({"sids": [message.sid for message in made]}, 202)
    results = await work
    return json_response(results[0] if len(results) == 1 else {"results": results})


async def _deliver_all(
    simulator: Simulator, made: list[Message], fields: dict[str, str]
) -> list[dict[str, Any]]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def deliver(message: Message) -> dict[str, Any]:
        async with gate:
            result = await simulator.inbound.deliver(message, _number_of(simulator, message), fields)
        return {"sid": message.sid, **result}

    return await asyncio.gather(*map(deliver, made))


def _number_of(simulator: Simulator, message: Message) -> Number:
    return simulator.state.number_at(message.to, message.itsp) or simulator.state.numbers[message.to]


def _known(simulator: Simulator, sid: str) -> Message:
    message = simulator.state.messages.get(sid)
    if message is None or message.direction != "inbound" or message.to not in simulator.state.numbers:
        raise ValueError(f"There is no inbound message {sid}.")
    return message


def _receive(simulator: Simulator, asked: dict[str, Any]) -> list[Message]:
    contact, body = str(asked.get("from", "")), str(asked.get("body", ""))
    number = simulator.state.numbers.get(str(asked.get("to", "")))
    if number and "by" in asked:
        number = simulator.state.number_at(number.address, str(asked["by"]))
    if number is None:
        raise ValueError("to is none of the account's numbers, or not at that ITSP.")
    pictures = [_picture(item) for item in asked.get("media", [])]
    if pictures and not number.mms:
        raise ValueError(
            f"{number.address} takes no pictures; only numbers of the US, Canada and Australia do."
        )
    if len(pictures) > MOST_MEDIA or sum(len(p.data) for p in pictures) > MOST_MEDIA_BYTES:
        raise ValueError("A text takes up to 10 pictures, 5 MB in all.")
    if len(body) > LONGEST_BODY or not (body or pictures):
        raise ValueError("A text has 1 to 1600 characters, or a picture.")
    made = []
    for index in range(int(asked.get("num", 1))):
        sender = contact.replace("{n}", str(index))
        check_contact(sender)
        made.append(simulator.inbound.receive(sender, number, body.replace("{n}", str(index)), pictures))
    return made


def check_contact(address: str) -> None:
    if not (E164.fullmatch(address) or SHORT_CODE.fullmatch(address) or ALPHANUMERIC.fullmatch(address)):
        raise ValueError(f"{address!r} is no phone number. Write it as +14155550123.")


def _picture(item: dict[str, str]) -> Picture:
    """{content_type, data, disposition?}: data in base64."""
    try:
        data = base64.b64decode(item["data"], validate=True)
        return Picture(str(item["content_type"]), data, str(item.get("disposition", "")))
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError("media is a list of {content_type, data}, data in base64.") from error


async def phones(request: web.Request) -> web.StreamResponse:
    """The contacts' phones, most recently used first; POST {contact} makes one."""
    simulator = request.app[SIMULATOR]
    if request.method == "POST":
        contact = str((await posted(request)).get("contact", ""))
        check_contact(contact)
        if contact in simulator.state.numbers:
            raise ValueError("That is one of the account's own numbers, not a contact's.")
        simulator.state.add_phone(contact, 0.0)
        simulator.journal.publish("phone", {"contact": contact})
    known, wanted = simulator.state.phones, request.query.get("q", "")
    latest = heapq.nlargest(
        PHONES_SHOWN, (phone for phone in known.items() if wanted in phone[0]), key=lambda p: p[1]
    )
    shown = [{"contact": contact, "at": at, "last": _last(simulator, contact)} for contact, at in latest]
    return json_response({"count": len(known), "phones": shown})


def _last(simulator: Simulator, contact: str) -> dict[str, Any] | None:
    """The latest text of a contact's phone."""
    pairs = [simulator.state.conversation(contact, number) for number in simulator.state.numbers]
    shown = [next((m for m in reversed(pair) if m.on_phone), None) for pair in pairs]
    latest = max(filter(None, shown), key=lambda message: message.created_at, default=None)
    if latest is None:
        return None
    return {"body": latest.body, "mine": latest.direction == "inbound", "number": latest.number}
