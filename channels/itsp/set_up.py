"""The words of the set-up check: what is checked, and what was found."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Check(models.TextChoices):
    """What is checked, in the order in which it is shown; `OF_NUMBERS` are about one number each."""

    CREDENTIALS = "credentials", _("Credentials")
    ACCOUNT = "account", _("Account")
    OWNED = "owned", _("The number belongs to the account")
    CAPABLE = "capable", _("The number can send and receive texts")
    WEBHOOK = "webhook", _("The number’s webhook is the Webhook URL")
    SIGNED = "signed", _("A signed call reaches PBX")
    OVERRIDE = "override", _("Nothing overrides the number’s webhook")
    REGISTRATION = "registration", _("US registration")
    STANDBY = "standby", _("Standby")
    COUNTRIES = "countries", _("Geographic permission")
    RULES = "rules", _("Webhook Rules")
    BALANCE = "balance", _("Balance")
    FAILURES = "failures", _("Failed webhook calls in the last 24 hours")
    OPT_OUTS = "opt_outs", _("Opt-outs")
    ADDRESS = "address", _("Address of PBX")
    INBOUND = "inbound", _("A text message has arrived")
    CALLBACKS = "callbacks", _("Delivery reports arrive")


OF_NUMBERS = (Check.OWNED, Check.CAPABLE, Check.WEBHOOK, Check.OVERRIDE, Check.REGISTRATION)
OF_SENDERS = (Check.OWNED, Check.CAPABLE, Check.REGISTRATION)  # of these, the ITSP refuses a number's texts


class CheckOutcome(models.TextChoices):
    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
    CANNOT_TELL = "cannot_tell", _("Cannot tell")


@dataclass(frozen=True)
class Change:
    """One setting at the ITSP that we can change, in words for admins. `field` is the ITSP's own name."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Finding:
    """What one check found. `changes` would mend it; `at` is when the thing in question happened last."""

    check: Check
    outcome: CheckOutcome
    why: str
    what_to_do: str = ""
    link: str = ""
    number: str = ""  # the address, where it is about one number
    changes: Sequence[Change] = ()
    at: datetime | None = None
    stops: bool = False  # the ITSP refuses the channel as a whole

    @property
    def stored_changes(self) -> list[dict[str, str]]:
        return [asdict(change) for change in self.changes]


@dataclass(frozen=True)
class SetUp:
    """What the ITSP should be set up for."""

    numbers: Sequence[str]
    webhook_url: str  # with the ITSP's connection overrides
    countries: Sequence[str] = ()  # ISO 3166, that texts go to
    channel_at: Callable[[str], str] = lambda _url: ""  # whose Webhook URL of PBX that is, by name


@dataclass(frozen=True)
class AccountNumber:
    """A number as the ITSP's list of the account tells it. `findings` say what it lacks for this channel:
    their `changes` would lead its texts to the Webhook URL.
    """

    address: str
    name: str  # that the account gave it; "" if none
    can_text: bool
    can_picture: bool
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class AccountNumbers:
    """What an account has, as far as it was read: `is_whole` if that is all."""

    numbers: Sequence[AccountNumber]
    is_whole: bool
