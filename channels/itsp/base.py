"""The seam to an ITSP: everything above it speaks only these words. See docs/adding-an-itsp.md."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.itsp.calls import Acknowledgement, SignedBy, Unreadable, WebhookCall
from channels.itsp.errors import Advice
from channels.itsp.lists import ChargeList, Found, OptOutPage, ReceivedList, SentList
from channels.itsp.preview import Preview
from channels.itsp.set_up import AccountNumbers, Change, Finding, SetUp
from channels.itsp.texts import Accepted, InboundSms, Media, MediaLimits, MediaRef, OutboundSms, StatusUpdate


class OptOutScope(enum.StrEnum):
    """For which of our numbers an ITSP blocks a contact who has texted STOP to one of them."""

    NUMBER = "number"
    ACCOUNT = "account"  # all numbers of the channels that have the same account


@dataclass(frozen=True)
class AccountState:
    """What an ITSP tells of an account in passing; None is what it does not tell.

    `ahead`: of its clock, ours is. `balance`: what is left, in `currency` (ISO 4217).
    """

    ahead: timedelta | None = None
    balance: Decimal | None = None
    currency: str = ""


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
