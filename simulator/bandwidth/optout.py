"""The words that Bandwidth answers by itself, on toll-free numbers alone: there the network does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.bandwidth.account import CODE
from simulator.records import Message, Number
from simulator.segments import count_segments

if TYPE_CHECKING:
    from simulator.simulator import Simulator

STOP_WORDS, START_WORDS = frozenset({"STOP"}), frozenset({"START", "UNSTOP"})
STOPPED = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. Text back '
    '"unstop" to receive messages again.'
)
STARTED = 'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.'


def obey(simulator: Simulator, message: Message, number: Number) -> None:
    word = message.body.strip().upper()
    is_out = (message.from_, number.address) in simulator.state.opt_outs
    if number.kind != "toll-free":
        return
    if word in STOP_WORDS and not is_out:
        simulator.state.opt_out(message.from_, number.address)
        _answer(simulator, STOPPED, message, number)
    elif word in START_WORDS and is_out:
        simulator.state.opt_in(message.from_, number.address)
        _answer(simulator, STARTED, message, number)


def _answer(simulator: Simulator, body: str, message: Message, number: Number) -> None:
    answer = Message(
        sid=simulator.faces[CODE].new_id(has_media=False),
        direction="outbound-reply",
        from_=number.address,
        to=message.from_,
        body=body,
        status="queued",
        num_segments=count_segments(body),
        itsp=CODE,
    )
    simulator.delivery.accept(answer, number)
