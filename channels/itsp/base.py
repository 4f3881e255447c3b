"""The seam to an ITSP: everything above it speaks only these words. See docs/adding-an-itsp.md."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.itsp.delivery import DeliveryStatus as DeliveryStatus  # noqa: PLC0414 (a word of the seam)
from channels.itsp.preview import Preview
from channels.itsp.set_up import AccountNumbers, Change, Finding, SetUp

_REFERENCE = "attempt"  # of a callback URL


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
    Header names are lower case; only those in `Itsp.headers_of` are kept. Of those that are secrets
    themselves, in `secret_headers` of any ITSP, there are fingerprints (`channels.itsp.fingerprints`).
    `at` is when it came in, by which its age is judged, however late it is verified again.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


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


class OptOutScope(enum.StrEnum):
    """For which of our numbers an ITSP blocks a contact who has texted STOP to one of them."""

    NUMBER = "number"
    ACCOUNT = "account"  # all numbers of the channels that have the same account


@dataclass(frozen=True)
class Charge:
    """What an ITSP takes for a text, as far as it tells; None is what it does not tell, or not yet.

    `price` is positive, for all `parts` (segments, as the ITSP counts them), in `currency` (ISO 4217).
    """

    parts: int | None = None
    price: Decimal | None = None
    currency: str = ""


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
    charge: Charge = Charge()


@dataclass(frozen=True)
class StatusUpdate:
    """What became of an outbound text. `reference` is that of its `OutboundSms`, "" where it was not told."""

    itsp_message_id: str
    account_id: str
    status: DeliveryStatus
    reference: str = ""
    error_code: str = ""
    reason: str = ""
    charge: Charge = Charge()


@dataclass(frozen=True)
class Unreadable:
    """An item that has not the form which the ITSP's own have; `reason` says what is wrong with it."""

    reason: str
    itsp_message_id: str = ""


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


@dataclass(frozen=True)
class Accepted:
    """The ITSP has taken a text."""

    itsp_message_id: str
    status: DeliveryStatus = DeliveryStatus.ACCEPTED
    charge: Charge = Charge()


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
    charge: Charge = Charge()


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
    """One provider.

    `answers_within_s`: how long it waits for our answer to a call, all in all.
    `repeats_safely_for`: the same `OutboundSms`, sent again so soon, is one text to it. A text without a
    clear answer is settled by that then, and `list_sent` is not asked.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    credentials_form: ClassVar[type[forms.Form]]
    more_credentials: ClassVar[str | Promise] = _("More settings")  # over those that are folded away
    noisy_loggers: ClassVar[frozenset[str]] = frozenset()  # of packages: at INFO they print what is private
    webhook_headers: ClassVar[frozenset[str]]
    secret_headers: ClassVar[frozenset[str]] = frozenset()  # of these, those that hold a password
    answers_within_s: ClassVar[float] = 15.0
    webhook_overrides: ClassVar[str] = ""  # appended to the URL that admins copy
    error_page: ClassVar[str] = ""  # the ITSP's own page about an error {code}
    media_limits: ClassVar[MediaLimits] = MediaLimits()  # by default an ITSP takes texts only
    opt_out_codes: ClassVar[frozenset[str]] = frozenset()  # of errors that say: the contact has opted out
    final_codes: ClassVar[frozenset[str]] = frozenset()  # of errors that the same text would meet again
    texts_short_codes: ClassVar[bool] = True  # whether a text may go to one
    opt_out_scope: ClassVar[OptOutScope] = OptOutScope.NUMBER
    repeats_safely_for: ClassVar[timedelta] = timedelta()
    can_list_sent: ClassVar[bool] = True  # whether what it has of us can be asked for
    can_look_up: ClassVar[bool] = True  # whether it tells what became of one text
    can_cancel: ClassVar[bool] = True  # whether it may give a text back that was not sent on yet
    can_list_received: ClassVar[bool] = False  # whether texts that no webhook brought can be asked for
    can_list_charges: ClassVar[bool] = False  # whether prices, which it tells late, can be asked for
    can_list_opt_outs: ClassVar[bool] = False  # whether its own list of whom it blocks can be asked for
    can_list_numbers: ClassVar[bool] = False  # whether an account's numbers can be asked for
    has_preview: ClassVar[bool] = False  # whether the form can show what its settings come to

    def made_credentials(self) -> dict[str, str]:
        """Those that we make for a new channel: the form shows them, for an admin to enter at the ITSP."""
        return {}

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
    def api_url(self) -> str:
        """What is talked to in the place of the ITSP's own API; "" is the real one."""
        return str(settings.ITSP_API_URLS.get(self.code, ""))

    @property
    def is_stand_in(self) -> bool:
        """True if we talk to something on our own network in the ITSP's place."""
        return bool(self.api_url)

    def answers_stop(self, number: str) -> bool:
        """Whether it answers a contact's STOP to this number of ours by itself; else we do, once."""
        return True

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

    def headers_of(self, credentials: Credentials) -> frozenset[str]:
        """The names, in lower case, of what a channel's calls need: for an ITSP where its settings name some.

        Beyond `webhook_headers`, only what `channels.itsp.header_names` allows is there.
        """
        return self.webhook_headers

    @abstractmethod
    def signed_by(self, call: WebhookCall, credentials: Credentials) -> SignedBy:
        """By its own word, which nobody has verified."""

    def has_webhook_key(self, credentials: Credentials) -> bool:
        """Whether it knows a key of the kind that calls may be signed with in the secret's place."""
        return False

    @abstractmethod
    def read(
        self, call: WebhookCall, credentials: Credentials
    ) -> list[InboundSms | StatusUpdate | Unreadable]:
        """What an authentic call says, item by item; [] for what we have no use for.

        `credentials` may say what form the channel's calls have, and may lack what reading does not need.
        Ids and addresses have at most 64 characters and the ITSP's own form; an item whose have not is
        `Unreadable`: a signature may cover the values without the borders between them.
        Raises `ItspError` if the call as a whole can't be read.
        """

    def preview(self, credentials: Credentials, sample: str) -> Preview:
        """What it would be sent, and how a sample of its calls would be read; asks nobody.

        Only for an ITSP that `has_preview`. `credentials` may lack what is needed.
        """
        raise NotImplementedError

    @abstractmethod
    def acknowledge(self, call: WebhookCall) -> Acknowledgement: ...

    @abstractmethod
    def account_id(self, credentials: Credentials) -> str:
        """The account that a call must name, if it names one; "" where calls name none."""

    @abstractmethod
    def sender(self, credentials: Credentials) -> Sender: ...

    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> SentList:
        """All that the ITSP has from one address to another since then.

        Only for an ITSP that `can_list_sent`. Raises `ItspError`; also where it can't be read to the end.
        """
        raise NotImplementedError

    def list_recent(self, credentials: Credentials, *, since: datetime) -> list[Found]:
        """What was sent by the account since then, newest first, as far as a few calls tell.

        Raises `ItspError`. An ITSP that has no such list gives [].
        """
        return []

    def list_received(
        self, credentials: Credentials, *, recipient: str, since: datetime, until: datetime, most_calls: int
    ) -> ReceivedList:
        """What one of our numbers received between two moments, both included. Raises `ItspError`.

        Only for an ITSP that `can_list_received`. What has not the form of a text is left out.
        """
        raise NotImplementedError

    def list_charges(
        self, credentials: Credentials, *, since: datetime, until: datetime, most_calls: int
    ) -> ChargeList:
        """What the account's texts cost that left or came between two moments. Raises `ItspError`.

        Only for an ITSP that `can_list_charges`: one that tells all it knows in calls and callbacks need not.
        """
        raise NotImplementedError

    def list_opt_outs(self, credentials: Credentials, *, numbers: Sequence[str], place: str) -> OptOutPage:
        """One page of the ITSP's own list of whom it blocks, for the channel with these numbers; one call.

        Only for an ITSP that `can_list_opt_outs`. Raises `ItspError`. `place` is "" for the first page, then
        the `next_place` of the one before (at most 200 characters).
        """
        raise NotImplementedError

    def list_media(self, credentials: Credentials, itsp_message_id: str) -> tuple[MediaRef, ...]:
        """The files of a text that `list_received` told of; one call. Raises `ItspError`."""
        raise NotImplementedError

    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        """One text. Only for an ITSP that `can_look_up`. Raises `ItspError`."""
        raise NotImplementedError

    def cancel(self, credentials: Credentials, itsp_message_id: str) -> bool:
        """Asks for a text back that was not sent on yet. False if it is too late. Raises `ItspError`.

        Only for an ITSP that `can_cancel`.
        """
        return False

    @abstractmethod
    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        """Downloads an attachment. Raises `ItspError` (RETRY, or FAIL for what can never be had)."""
