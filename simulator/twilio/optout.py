"""The words that Twilio answers by itself."""

from __future__ import annotations

from simulator.numbering import kind_of

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
TOLL_FREE_START_WORDS = frozenset({"START", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

ANSWERS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def opt_out_type(body: str, number: str) -> str | None:
    """STOP, START or HELP when the whole text is one of their words."""
    word = body.strip().upper()
    start_words = TOLL_FREE_START_WORDS if kind_of(number) == "toll-free" else START_WORDS
    if word in STOP_WORDS:
        return "STOP"
    if word in start_words:
        return "START"
    return "HELP" if word in HELP_WORDS else None
