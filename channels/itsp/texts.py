"""Texts as they pass the seam, their files, and what they cost."""

import enum
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from channels.itsp.delivery import DeliveryStatus

_REFERENCE = "attempt"  # of a callback URL


@dataclass(frozen=True)
class Charge:
    """What an ITSP takes for a text, as far as it tells; None is what it does not tell, or not yet.

    `price` is positive, for all `parts` (segments, as the ITSP counts them), in `currency` (ISO 4217).
    """

    parts: int | None = None
    price: Decimal | None = None
    currency: str = ""


UNTOLD = Charge()


@dataclass(frozen=True)
class MediaRef:
    """An attachment that still lies at the ITSP."""

    url: str
    content_type: str


@dataclass(frozen=True)
class Media:
    """A downloaded attachment; `content_type` and `name` are what the ITSP's server said, if anything."""

    content: bytes
    content_type: str
    name: str = ""


@dataclass(frozen=True)
class MediaLimits:
    """What may go with a text. `countries` (ISO 3166): where sender and recipient must both be.

    The ITSP may fetch a file up to `fetched_within_h` hours after it took the text.
    """

    most: int = 0  # files of a text
    most_bytes: int = 0  # of all files of a text
    picture_bytes: int = 0  # of a picture that carriers take as it is
    types: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    fetched_within_h: float = 1.0

    def narrowed(self, other: "MediaLimits") -> "MediaLimits":
        """What both take."""
        countries = self.countries & other.countries if self.countries and other.countries else None
        return MediaLimits(
            most=min(self.most, other.most),
            most_bytes=min(self.most_bytes, other.most_bytes),
            picture_bytes=min(self.picture_bytes, other.picture_bytes),
            types=self.types & other.types,
            countries=self.countries | other.countries if countries is None else countries,
            fetched_within_h=max(self.fetched_within_h, other.fetched_within_h),
        )


class KeywordKind(enum.StrEnum):
    """What a contact asks for by a word that machines obey."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class InboundSms:
    """A text from a contact. Addresses are as the ITSP wrote them; the sender is "" where it told none.

    `account_id` is "" where the ITSP's calls name no account.
    """

    itsp_message_id: str
    account_id: str
    sender: str
    recipient: str
    body: str
    media: tuple[MediaRef, ...] = ()
    others: tuple[str, ...] = ()  # of a group text: who got it beside us
    keyword: KeywordKind | None = None  # what the ITSP calls it
    charge: Charge = UNTOLD


@dataclass(frozen=True)
class StatusUpdate:
    """What became of an outbound text. `reference` is that of its `OutboundSms`, "" where it was not told."""

    itsp_message_id: str
    account_id: str
    status: DeliveryStatus
    reference: str = ""
    error_code: str = ""
    reason: str = ""
    charge: Charge = UNTOLD


@dataclass(frozen=True)
class OutboundSms:
    """A text to send. Of a text that is tried once more, as it was, everything is what it was.

    `reference` names this try for ever (at most 40 of A-Z, a-z, 0-9 and -): the ITSP carries it in the
    callback URL, or in a field of its own, and tells it with each status. It tells nothing of anybody.
    """

    sender: str
    recipient: str
    body: str
    callback_url: str  # of the channel; without the reference
    reference: str
    media_urls: tuple[str, ...] = ()

    @property
    def status_url(self) -> str:
        """For an ITSP that is told with each text where to report it: `reference_in` finds the reference."""
        return f"{self.callback_url}?{_REFERENCE}={self.reference}"


def reference_in(url: str) -> str:
    """Of the text that is reported to this address; "" of one that names none."""
    return parse_qs(urlsplit(url).query).get(_REFERENCE, [""])[0]


@dataclass(frozen=True)
class Accepted:
    """The ITSP has taken a text."""

    itsp_message_id: str
    status: DeliveryStatus = DeliveryStatus.ACCEPTED
    charge: Charge = UNTOLD
