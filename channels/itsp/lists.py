"""What ITSPs list: texts that they have of us, prices, and whom they block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.texts import UNTOLD, Charge, InboundSms


@dataclass(frozen=True)
class Found:
    """A text that the ITSP has of us, as its list tells; `created_at` is in our clock's time.

    `body` is None where the list has no words; then it may tell `characters` (code points).
    """

    itsp_message_id: str
    body: str | None
    created_at: datetime
    status: DeliveryStatus
    error_code: str = ""
    reason: str = ""
    media_count: int | None = 0
    characters: int | None = None
    charge: Charge = UNTOLD


@dataclass(frozen=True)
class SentList:
    """What the ITSP has from one address to another, newest first.

    What is not in it was never sent if `proves_absence`; else nobody can tell from it.
    """

    texts: Sequence[Found]
    proves_absence: bool = True


@dataclass(frozen=True)
class Received:
    """A contact's text as the ITSP's list tells it; `at` is the ITSP's own date.

    `sms` has no media yet: of `media_count` files, `Itsp.list_media` tells where they lie.
    """

    sms: InboundSms
    at: datetime
    media_count: int = 0


@dataclass(frozen=True)
class ReceivedList:
    """Texts, oldest first. Not whole: there are older ones that were not read. `calls` were made for it."""

    texts: Sequence[Received]
    is_whole: bool
    calls: int


@dataclass(frozen=True)
class ChargeList:
    """What texts cost, by the ITSP's id. Not whole: there are more than were read."""

    charges: Mapping[str, Charge]
    is_whole: bool = True


@dataclass(frozen=True)
class OptOut:
    """A contact whom the ITSP blocks. `number`: which of ours they told so, "" where it does not tell.

    `at` is when, by the ITSP's clock; None where it does not tell.
    """

    contact: str
    number: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class OptOutPage:
    """A part of an ITSP's list of opt-outs. `next_place` is where it goes on, "" at its end.

    `unreadable`: how many entries have not the form of one.
    """

    opt_outs: Sequence[OptOut]
    next_place: str = ""
    unreadable: int = 0
