"""The words that Telnyx obeys by itself, for all numbers of a messaging profile, and whom it blocks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator.records import Message, Number
from simulator.segments import count_segments
from simulator.state import State
from simulator.telnyx.account import new_id
from simulator.telnyx.rest import CODE

if TYPE_CHECKING:
    from simulator.simulator import Simulator

WORDS = {
    "STOP": frozenset({"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}),
    "START": frozenset({"START", "UNSTOP"}),
    "HELP": frozenset({"HELP"}),
}
_KNOWN = "telnyx/opt-out/"  # of a contact and a profile: by which word, to which number
ANSWERS = {
    "STOP": "You have successfully been unsubscribed from this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed. Reply STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe. Message and data rates may apply.",
}


def word_of(body: str) -> str | None:
    """STOP, START or HELP when the whole text is one of their words."""
    said = body.strip().upper()
    return next((word for word, words in WORDS.items() if said in words), None)


def obey(simulator: Simulator, message: Message, number: Number) -> None:
    word = word_of(message.body)
    if word is None or not number.belongs_to:
        return
    if word == "STOP":
        block(simulator.state, message.from_, number, message.body.strip().upper())
    elif word == "START":
        simulator.state.opt_in(message.from_, number.belongs_to)
    answer = Message(
        sid=new_id(),
        direction="outbound-reply",
        from_=number.address,
        to=message.from_,
        body=ANSWERS[word],
        status="queued",
        num_segments=count_segments(ANSWERS[word]),
        itsp=CODE,
        of_face={
            "messaging_profile_id": number.belongs_to,
            "webhook_url": "",
            "webhook_failover_url": "",
        },
    )
    simulator.delivery.accept(answer, number)


def block(state: State, contact: str, number: Number, keyword: str) -> None:
    state.opt_out(contact, number.belongs_to)
    state.keep_of_face(f"{_KNOWN}{contact} {number.belongs_to}", {"from": number.address, "keyword": keyword})


def listed(state: State, profile_id: str | None, *, redacted: bool) -> list[dict[str, Any]]:
    """`from` is the number that is blocked, `to` the contact. In no order that one could rely on."""
    found = []
    for key, known in state.of_faces.items():
        contact, _, profile = key.removeprefix(_KNOWN).partition(" ")
        at = state.opt_outs.get((contact, profile)) if key.startswith(_KNOWN) else None
        if at is not None and profile_id in (None, profile):
            to = f"{contact[:-4]}****" if redacted else contact
            created_at = str(datetime.fromtimestamp(at, UTC))
            found.append(known | {"to": to, "messaging_profile_id": profile, "created_at": created_at})
    return found
