"""The records: account, numbers, Messaging Services, messages, media."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from simulator.numbering import Country, country_of, kind_of

# Constants, so that a product which is set up once keeps working after the simulator is restarted.
DEFAULT_ITSP = "twilio"  # of numbers that name none
DEFAULT_ACCOUNT_SID = "AC" + "51a0" * 8
DEFAULT_AUTH_TOKEN = "70ce" * 8
DEFAULT_NUMBERS = ("+25402161183", "+14155550100", "+15005550006", "+447700900123")

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})


@dataclass(frozen=True, slots=True)
class Account:
    """The one account. `origin` is where others reach the simulator; media URLs begin with it."""

    sid: str
    auth_token: str
    origin: str


@dataclass(slots=True)
class Number:
    """A phone number that the account owns. `rate` is in segments a second, None is unlimited.

    `belongs_to` is the messaging profile or the like that it is in, at an ITSP that has such. A number may be
    at a second ITSP as well, where it `is_second`: then texts come by the one or the other.
    """

    address: str
    sid: str
    itsp: str = DEFAULT_ITSP
    belongs_to: str = ""
    is_second: bool = False
    friendly_name: str = ""
    sms: bool = True
    mms: bool = False
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_application_sid: str = ""
    status_callback: str = ""
    rate: float | None = None
    queue_limit: int | None = None
    toll_free_status: str = ""
    created_at: float = field(default_factory=time.time)
    updated_at: float = field(default_factory=time.time)

    @classmethod
    def bought(cls, address: str, itsp: str = DEFAULT_ITSP) -> Number:
        """A new number with what its country gives it; its SID is always the same."""
        country = country_of(address)
        mms = country in (Country.US, Country.AU)
        sid = "PN" + hashlib.sha256(address.encode()).hexdigest()[:32]
        return cls(address, sid, itsp, friendly_name=address, mms=mms)

    @property
    def key(self) -> str:
        """By which the store has it."""
        return key_of(self.address, self.itsp) if self.is_second else self.address

    @property
    def kind(self) -> str:
        return kind_of(self.address)


def key_of(address: str, itsp: str) -> str:
    """Of a number at its second ITSP."""
    return f"{address} at {itsp}"


@dataclass(slots=True)
class Service:
    """A Messaging Service: takes its numbers' texts to its own URL, or nowhere, unless told to leave them."""

    sid: str
    friendly_name: str
    inbound_request_url: str | None = None
    use_inbound_webhook_on_number: bool = False
    campaign_status: str | None = None
    numbers: list[str] = field(default_factory=list)
    created_at: float = field(default_factory=time.time)


@dataclass(slots=True)
class Media:
    """A picture or other file of a message."""

    sid: str
    message_sid: str
    content_type: str
    data: bytes
    created_at: float
    disposition: str = ""  # the header by which its server tells a name


@dataclass(slots=True)
class Message:
    """One text, inbound or outbound.

    queued -> sending -> sent -> delivered | undelivered; queued -> canceled | failed; inbound: received.
    So far in Twilio's words, which other faces translate; `of_face` is what one keeps of it beside.
    """

    sid: str
    direction: str
    from_: str
    to: str
    body: str
    status: str
    num_segments: int
    created_at: float = field(default_factory=time.time)
    updated_at: float = 0.0
    sent_at: float | None = None
    media: list[str] = field(default_factory=list)
    media_urls: list[str] = field(default_factory=list)
    status_callback: str = ""
    callback_mode: str = ""
    validity_s: int = 36000
    error_code: int | None = None
    ends_as: str = "delivered"
    ends_with: int | None = None
    history: list[tuple[str, float]] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    webhook: dict[str, Any] | None = None
    itsp: str = DEFAULT_ITSP
    of_face: dict[str, Any] = field(default_factory=dict)

    @property
    def num_media(self) -> int:
        return len(self.media) or len(self.media_urls)

    @property
    def contact(self) -> str:
        """The outside party."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def number(self) -> str:
        """The account's number."""
        return self.to if self.direction == "inbound" else self.from_

    @property
    def on_phone(self) -> bool:
        """Whether the contact's phone shows it: written there, or arrived there."""
        arrived = self.sent_at is not None and self.status != "undelivered"
        return self.direction == "inbound" or arrived

    @property
    def ended(self) -> bool:
        """Whether no further status comes."""
        return self.status in FINAL or self.status == self.ends_as

    def enter(self, status: str, at: float) -> None:
        self.status = status
        self.updated_at = at
        self.history.append((status, at))
