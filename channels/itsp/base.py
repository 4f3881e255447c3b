"""The seam to an ITSP: everything above it speaks only these words. See docs/adding-an-itsp.md."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from channels.itsp.delivery import DeliveryStatus as DeliveryStatus  # noqa: PLC0414 (a word of the seam)
from channels.itsp.set_up import AccountNumbers, Change, Finding, SetUp


class Advice(enum.Enum):
    """What an ITSP's error means for what we do next."""

    FAIL = "fail"  # this message only; never retry by ourselves
    RETRY = "retry"  # was not processed: the channel waits, the message keeps its place
    SLOW_DOWN = "slow_down"  # was not processed: the sender is too fast
    LATER = "later"  # was not processed: not before some hours, for this sender and recipient
    STOP = "stop"  # credentials, account or sender unusable: the channel stops, its queue stays
    UNKNOWN = "unknown"  # may have been processed


@dataclass(eq=False)
class ItspError(Exception):
    """An ITSP's refusal, or the lack of a clear answer, in words for agents and admins."""

    advice: Advice
    reason: str
    code: str = ""  # the ITSP's own
    retry_after_s: float | None = None
    field: str = ""  # of the credentials form, where one is to blame


@dataclass(frozen=True)
class WebhookCall:
    """A request to a webhook URL as it came in, before anything is believed.

    `url` is what the ITSP called: our public origin, path and query, without fragment.
    Header names are lower case; only those in `ITSP.webhook_headers` are kept.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class MediaRef:
    """An attachment that still lies at the ITSP."""

    url: str
    content_type: str


class SignedBy(enum.Enum):
    """What a call says that it was signed with."""

    NOBODY = "nobody"
    ACCOUNT = "account"  # its secret
    KEY = "key"  # made for webhooks alone


class KeywordKind(enum.StrEnum):
    """What a contact asks for by a word that machines obey."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class InboundSms:
    """A text from a contact. Addresses are as the ITSP wrote them; the sender is "" where it told none."""

    itsp_message_id: str
    account_id: str
    sender: str
    recipient: str
    body: str
    media: tuple[MediaRef, ...] = ()
    others: tuple[str, ...] = ()  # of a group text: who got it beside us
    keyword: KeywordKind | None = None  # what the ITSP calls it


@dataclass(frozen=True)
class StatusUpdate:
    """What became of an outbound text. `attempt_id` is ours, from the callback URL, if it was there."""

    itsp_message_id: str
    account_id: str
    status: DeliveryStatus
    attempt_id: int | None = None
    error_code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Unreadable:
    """An item that has not the form which the ITSP's own have; `reason` says what is wrong with it."""

    reason: str
    itsp_message_id: str = ""


@dataclass(frozen=True)
class OutboundSms:
    sender: str
    recipient: str
    body: str
    callback_url: str
    media_urls: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class Accepted:
    """The ITSP has taken a text."""

    itsp_message_id: str
    status: DeliveryStatus = DeliveryStatus.ACCEPTED


@dataclass(frozen=True)
class Found:
    """A text that the ITSP has of us, as its list tells; `created_at` is in our clock's time."""

    itsp_message_id: str
    body: str
    created_at: datetime
    status: DeliveryStatus
    error_code: str = ""
    reason: str = ""
    media_count: int = 0


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
class Media:
    """A downloaded attachment; `content_type` and `name` are what the ITSP's server said, if anything."""

    content: bytes
    content_type: str
    name: str = ""


@dataclass(frozen=True)
class AccountState:
    """What an ITSP tells of an account in passing; None is what it does not tell.

    `ahead`: of its clock, ours is. `balance`: what is left, in `currency` (ISO 4217).
    """

    ahead: timedelta | None = None
    balance: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Acknowledgement:
    """What the ITSP wants to read as a webhook's answer."""

    body: str = ""
    content_type: str = "text/plain"


Credentials = Mapping[str, Any]


class Sender(ABC):
    """A client of one account. Used by several threads at once."""

    @abstractmethod
    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        """Sends once; calls `wait_for_slot` directly before the socket is used.

        Raises `ItspError`, and whatever `wait_for_slot` raises.
        """


class Itsp(ABC):
    """One provider."""

    code: ClassVar[str]
    name: ClassVar[str]
    credentials_form: ClassVar[type[forms.Form]]
    webhook_headers: ClassVar[frozenset[str]]
    webhook_overrides: ClassVar[str] = ""  # appended to the URL that admins copy
    error_page: ClassVar[str] = ""  # the ITSP's own page about an error {code}
    media_limits: ClassVar[MediaLimits] = MediaLimits()  # by default an ITSP takes texts only
    opt_out_codes: ClassVar[frozenset[str]] = frozenset()  # of errors that say: the contact has opted out
    final_codes: ClassVar[frozenset[str]] = frozenset()  # of errors that the same text would meet again
    texts_short_codes: ClassVar[bool] = True  # whether a text may go to one
    can_list_received: ClassVar[bool] = False  # whether texts that no webhook brought can be asked for
    can_list_numbers: ClassVar[bool] = False  # whether an account's numbers can be asked for

    @abstractmethod
    def check_credentials(self, credentials: Credentials) -> None:
        """Asks the ITSP. Raises `ItspError`; its `field` names the wrong one where that is known."""

    def account_state(self, credentials: Credentials) -> AccountState:
        """Asks the ITSP, in one short call. Raises `ItspError`. One that tells nothing needs no call."""
        return AccountState()

    @abstractmethod
    def advice_on(self, error_code: str) -> Advice:
        """What it means that a text ended with this error which the ITSP had accepted; FAIL for none."""

    def words_for(self, error_code: str) -> str:
        """What an error means; "" where nobody knows."""
        return ""

    def list_numbers(self, credentials: Credentials, set_up: SetUp) -> AccountNumbers:
        """The account's own numbers, while an admin waits: within the time of a credentials check.

        Only for an ITSP that `can_list_numbers`. Raises `ItspError`.
        """
        raise NotImplementedError

    @property
    def is_stand_in(self) -> bool:
        """True if we talk to something on our own network in the ITSP's place."""
        return False

    @abstractmethod
    def check_set_up(self, credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
        """Asks the ITSP, one finding after the other. What it does not tell is a finding, never an error."""

    @abstractmethod
    def fix(
        self, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
    ) -> bool:
        """Makes those changes of a finding that an admin approved. Raises `ItspError`.

        False if the settings are no longer those that he saw: then nothing is changed.
        """

    @abstractmethod
    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        """True if the call was signed with a secret of the channel's own, for the address that it called."""

    @abstractmethod
    def signed_by(self, call: WebhookCall) -> SignedBy:
        """By its own word, which nobody has verified."""

    def has_webhook_key(self, credentials: Credentials) -> bool:
        """Whether it knows a key of the kind that calls may be signed with in the secret's place."""
        return False

    @abstractmethod
    def read(self, call: WebhookCall) -> list[InboundSms | StatusUpdate | Unreadable]:
        """What an authentic call says, item by item; [] for what we have no use for.

        Ids and addresses have at most 64 characters and the ITSP's own form; an item whose have not is
        `Unreadable`: a signature may cover the values without the borders between them.
        Raises `ItspError` if the call as a whole can't be read.
        """

    @abstractmethod
    def acknowledge(self, call: WebhookCall) -> Acknowledgement: ...

    @abstractmethod
    def account_id(self, credentials: Credentials) -> str:
        """The account that a call must name."""

    @abstractmethod
    def sender(self, credentials: Credentials) -> Sender: ...

    @abstractmethod
    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> list[Found]:
        """All that the ITSP has from one address to another since then, newest first.

        Raises `ItspError`; also where it can't be read to the end, or absence would prove nothing.
        """

    @abstractmethod
    def list_recent(self, credentials: Credentials, *, since: datetime) -> list[Found]:
        """What was sent by the account since then, newest first, as far as a few calls tell.

        Raises `ItspError`. An ITSP that has no such list gives [].
        """

    def list_received(
        self, credentials: Credentials, *, recipient: str, since: datetime, until: datetime, most_calls: int
    ) -> ReceivedList:
        """What one of our numbers received between two moments, both included. Raises `ItspError`.

        Only for an ITSP that `can_list_received`. What has not the form of a text is left out.
        """
        raise NotImplementedError

    def list_media(self, credentials: Credentials, itsp_message_id: str) -> tuple[MediaRef, ...]:
        """The files of a text that `list_received` told of; one call. Raises `ItspError`."""
        raise NotImplementedError

    @abstractmethod
    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        """One text. Raises `ItspError`."""

    @abstractmethod
    def cancel(self, credentials: Credentials, itsp_message_id: str) -> bool:
        """Asks for a text back that was not sent on yet. False if it is too late. Raises `ItspError`."""

    @abstractmethod
    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        """Downloads an attachment. Raises `ItspError` (RETRY, or FAIL for what can never be had)."""
