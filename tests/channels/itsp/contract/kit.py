"""What the contract must know of an ITSP: see this package's docstring."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from channels.itsp.base import Credentials, Itsp
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from tests.factories import CONTACT, OUR_NUMBER


@dataclass(frozen=True)
class Text:
    """A contact's text that the ITSP posts."""

    number: int
    body: str = "Hello"
    recipient: str = OUR_NUMBER
    sender: str = CONTACT


@dataclass(frozen=True)
class Status:
    """What the ITSP posts of a text of ours; `word` is its own for it."""

    number: int
    word: str
    reference: str
    error_code: str = ""
    sender: str = OUR_NUMBER
    recipient: str = CONTACT


Told = Text | Status


@dataclass(frozen=True)
class Reply:
    """An answer of the ITSP's API."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Kit(ABC):
    itsp: ClassVar[Itsp]
    credentials: ClassVar[Credentials]
    other_credentials: ClassVar[Credentials]
    statuses: ClassVar[Mapping[str, DeliveryStatus]]
    errors: ClassVar[Mapping[str, Advice]]
    refusals: ClassVar[Mapping[str, Advice]]
    server_error: ClassVar[Advice] = Advice.UNKNOWN
    takes_lists: ClassVar[bool] = False
    lasts_s: ClassVar[float | None] = None

    @abstractmethod
    def id_of(self, number: int) -> str:
        """Of a message, in the ITSP's own form."""

    @abstractmethod
    def body_of(self, told: Sequence[Told]) -> bytes: ...

    def url_of(self, callback_url: str, told: Sequence[Told]) -> str:
        """Where it is posted to; another one if statuses carry their reference in the address."""
        return callback_url

    @abstractmethod
    def headers_of(self, url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
        """With what proves it, and the content type."""

    def shifted(self, url: str, body: bytes) -> Iterable[tuple[str, bytes]]:
        """Of a text: addresses and bodies that a careless signature would cover as well."""
        return ()

    @abstractmethod
    def accepted(self, number: int) -> Reply:
        """It has taken a text."""

    @abstractmethod
    def refused(self, code: str) -> Reply:
        """It has not, and says why: one of `refusals`."""

    @abstractmethod
    def throttled(self, wait_s: float | None) -> Reply:
        """It was asked too much; None: it does not say until when."""

    @abstractmethod
    def wrong_credentials(self) -> Reply: ...
