"""The ITSPs whose faces of the simulator sending is measured against: ARGS="--itsp telnyx" chooses one."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.servers import Simulator


@dataclass(frozen=True)
class Account:
    """What a channel logs in with, and of what its numbers are at the simulator."""

    credentials: Mapping[str, str]
    of_numbers: Mapping[str, str]


@dataclass(frozen=True)
class MeasuredItsp:
    """`path`: of its face at the simulator; `sender` and `words` are its fields of a text."""

    code: str
    path: str
    sender: str
    words: str
    account: Callable[[Simulator], Account]


def _twilio(simulator: Simulator) -> Account:
    told = simulator.get("/control/state")
    return Account({name: told[name] for name in ("account_sid", "auth_token")}, {})


def _telnyx(simulator: Simulator) -> Account:
    told = simulator.get("/control/telnyx")
    profile = told["profiles"][0]["id"]
    login = {name: told[name] for name in ("api_key", "public_key")}
    return Account({**login, "messaging_profile_id": profile}, {"belongs_to": profile})


TWILIO = MeasuredItsp("twilio", "", "From", "Body", _twilio)
_ITSPS = {one.code: one for one in (TWILIO, MeasuredItsp("telnyx", "/telnyx", "from", "text", _telnyx))}


def chosen() -> MeasuredItsp:
    """By the command line, on which there may be more."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--itsp", choices=_ITSPS, default=TWILIO.code)
    return _ITSPS[parser.parse_known_args()[0].itsp]
