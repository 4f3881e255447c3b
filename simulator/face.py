"""What an ITSP is to the rest of the simulator: an API of its own, calls of its own, over the one store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from aiohttp import web

from simulator.numbering import default_rate
from simulator.outcome import Outcome
from simulator.records import Message, Number

if TYPE_CHECKING:
    from simulator.simulator import Simulator


class Trouble(Enum):
    """Why a message fails that was accepted; each ITSP has a code of its own for it."""

    EXPIRED = "expired"
    UNDELIVERED = "undelivered"  # where a fault names no code
    MEDIA_AWAY = "media away"
    MEDIA_TYPE = "media type"
    MEDIA_TOO_LARGE = "media too large"


class Refused(Exception):
    """The API refuses a request."""

    def response(self) -> web.Response:
        """In the ITSP's own shape."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Login:
    """`fields`: name in the product's form, label there, value."""

    name: str  # of the ITSP
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the API, as faults and the journal see it."""

    params: Mapping[str, Any] = field(default_factory=dict)
    sender: str = ""
    recipient: str = ""
    creates: bool = False  # it sends a message


class Face(ABC):
    """One ITSP. `prefixes` are of its API's paths, which other machines may ask, too."""

    code: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]
    errors: ClassVar[Mapping[Trouble, int]]
    home: ClassVar[str] = ""  # what a new number belongs to
    queue_hours: ClassVar[float | None] = None  # what a number's queue takes; None: as the settings say
    most_media_bytes: ClassVar[int] = 5 * 1024 * 1024  # of a message

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    # --- its API: see `simulator.door` ---

    @abstractmethod
    def add_routes(self, router: web.UrlDispatcher) -> None: ...

    @abstractmethod
    async def read(self, request: web.Request) -> Asked: ...

    @abstractmethod
    def check_login(self, request: web.Request) -> None:
        """Raises `Refused`."""

    @abstractmethod
    def error(self, status: int, *, path: str = "", wait_s: float | None = None) -> web.Response:
        """An answer with this HTTP status in the ITSP's own shape."""

    def login(self) -> Login | None:
        """What the product's credentials form is filled in with; None if a person has to think of it."""
        return None

    # --- where a number's texts go ---

    led_by: ClassVar[str] = ""  # what has the webhook of all its numbers; "" if each has its own

    def webhooks_of(self, number: Number) -> tuple[str, str | None]:
        """The webhook's address and the one to fall back to; "" is none, None where there is no such."""
        return number.sms_url, number.sms_fallback_url

    def lead(self, number: Number, url: str, fallback_url: str) -> None:
        """ValueError, in words, where nothing leads the number's texts anywhere."""
        number.sms_url, number.sms_fallback_url = url, fallback_url

    # --- messages ---

    def rate_of(self, address: str) -> float:
        """Segments a second of a new number."""
        return default_rate(address)

    @abstractmethod
    def new_id(self, *, has_media: bool) -> str: ...

    def paced_by(self, number: Number) -> Number:
        """Whose rate and queue it is that a message of the number waits in."""
        return number

    @abstractmethod
    def obey(self, message: Message, number: Number) -> None:
        """A contact's text has come in: what the ITSP does by itself about STOP, START and HELP."""

    # --- its calls to webhooks ---

    def reports(self, message: Message, status: str) -> bool:
        """Whether this status is reported at all."""
        return status in self.simulator.settings.callback_statuses

    @abstractmethod
    async def call_inbound(self, message: Message, number: Number, extra: dict[str, str]) -> dict[str, Any]:
        """Takes a contact's text to the product; the Webhook result, or `{error: words}` if none was called.

        `extra` are fields that the ITSP adds without notice.
        """

    @abstractmethod
    async def call_status(self, message: Message, status: str) -> Outcome:
        """Reports a status to the message's `status_callback`."""
