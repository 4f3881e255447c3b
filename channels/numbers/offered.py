"""The account's numbers to tick on the Add page: what each lacks, and the rules of those that are ticked.

They travel in the form until all is saved: what the ITSP told of each is signed, so that it is asked once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from django.core import signing
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.directions import isolated
from accounts.ids import read_id
from channels.itsp.base import Credentials, Itsp
from channels.itsp.set_up import AccountNumber, Change, Check, CheckOutcome, Finding, SetUp
from channels.models import Channel, Number
from channels.numbers.destinations import at_place, default_place, extensions_at, place_in
from channels.numbers.forms import NumberRuleForm
from channels.numbers.rules import Rule
from channels.webhook.url import channel_name_at
from pbx_messaging.said import as_json, from_json

SALT = "channels.numbers.offered"
SHOWN = 50  # lines; those that can be ticked come first


@dataclass
class Line:
    """One number. `rule` is there once it is ticked, `form` once that was validated."""

    number: AccountNumber
    hindrance: str = ""  # why it can't be ticked
    rule: Rule | None = None
    form: NumberRuleForm | None = None

    @property
    def address(self) -> str:
        return self.number.address

    @property
    def digits(self) -> str:
        """For ids on the page."""
        return self.address.lstrip("+")

    @property
    def signed(self) -> str:
        return signing.dumps(as_json(asdict(self.number)), salt=SALT, compress=True)

    @property
    def changes(self) -> list[Change]:
        """What would be set at the ITSP."""
        return [change for finding in self.number.findings for change in finding.changes]

    @property
    def place(self) -> str:
        return place_in(self.rule) if self.rule else ""

    @property
    def errors(self) -> list[str]:
        lists = self.form.errors.values() if self.form else []
        return [str(error) for errors in lists for error in errors]


@dataclass
class Offered:
    """What is shown, and what was ticked of it. `sets_webhooks`: on the admin's word."""

    lines: list[Line] = field(default_factory=list)
    is_whole: bool = True
    hidden: int = 0
    sets_webhooks: bool = False
    asked_for: str = ""  # by which the page tells whether the credentials are others meanwhile

    @classmethod
    def asked(cls, itsp: Itsp, credentials: Credentials, webhook_url: str, taken: Iterable[str]) -> "Offered":
        """Asks the ITSP. `taken`: numbers that have a rule in the form already. Raises `ItspError`."""
        found = itsp.list_numbers(credentials, SetUp([], webhook_url, channel_at=cache(channel_name_at)))
        lines = lines_of(found.numbers, taken)
        free = [line for line in lines if not line.hindrance]
        if len(free) == 1:  # there is nothing to choose
            free[0].rule = _rule(free[0].address, QueryDict())
        return cls(lines[:SHOWN], found.is_whole, max(0, len(lines) - SHOWN))

    @classmethod
    def posted(cls, data: QueryDict) -> "Offered":
        """What the form carries; a line that is not as we made it is left out."""
        numbers = {one.address: one for one in map(_read, data.getlist("offered")) if one}
        lines = lines_of(numbers.values(), ())
        for line in lines:
            if line.address in data.getlist("pick"):
                line.rule = _rule(line.address, data)
        whole, hidden = "offered_part" not in data, data.get("offered_hidden", "")
        return cls(
            lines,
            whole,
            int(hidden) if hidden.isascii() and hidden.isdecimal() and len(hidden) < 5 else 0,
            "sets_webhooks" in data,
            data.get("offered_for", ""),
        )

    @property
    def picked(self) -> list[Line]:
        return [line for line in self.lines if line.rule]

    def is_valid(self, typed: Sequence[str]) -> bool:
        """`typed`: numbers that have a rule in the form beside these, which holds for them."""
        for line in self.picked:
            if line.rule and line.address not in typed:
                line.form = line.rule.bound_form(channel=None, taken=())
                line.form.is_valid()
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        return any(line.errors for line in self.lines)

    @property
    def values(self) -> list[dict[str, Any]]:
        """What `actions` stores, after validation."""
        return [line.form.cleaned_data for line in self.picked if line.form]

    @cached_property
    def approved(self) -> list[Finding]:
        """Whose changes the admin wants made."""
        if not self.sets_webhooks:
            return []
        return [finding for line in self.picked for finding in line.number.findings if finding.changes]


def lines_of(numbers: Iterable[AccountNumber], taken: Iterable[str]) -> list[Line]:
    """Those that can be ticked first, each kind by its number."""
    numbers, taken = list(numbers), set(taken)
    live = Number.objects.live().filter(address__in=[one.address for one in numbers])
    holders = dict(live.values_list("address", "channel__name"))
    lines = [Line(one, _hindrance(one, holders, taken)) for one in numbers]
    return sorted(lines, key=lambda line: (bool(line.hindrance), line.address))


def _hindrance(number: AccountNumber, holders: dict[str, str], taken: set[str]) -> str:
    if number.address in holders:
        return _("It belongs to the channel “%(name)s”. Remove it there first.") % {
            "name": isolated(holders[number.address])
        }
    if not number.can_text:
        return _("It has no SMS feature. Purchase a number with SMS feature.")
    return _("It has a rule in this form already.") if number.address in taken else ""


def _rule(address: str, data: QueryDict) -> Rule:
    """As it was chosen. A number that was just ticked goes where the one before it went, or by default."""
    chosen = [str(data[name]) for name in data if name.startswith("place-") and data[name]]
    place = data.get(f"place-{address}", "") or (chosen[-1] if chosen else default_place())
    rule = at_place(Rule(number=address), place)
    if data.get(f"decided-{address}") == place:
        rule.initiators = [pk for pk in map(read_id, data.getlist(f"may-{address}")) if pk]
    else:  # whoever receives may write first, until something else is said
        rule.initiators = extensions_at(rule)
    return rule


def _read(text: str) -> AccountNumber | None:
    try:
        values = from_json(signing.loads(text, salt=SALT))
    except signing.BadSignature:
        return None
    findings = [_finding(finding) for finding in values.pop("findings")]
    return AccountNumber(**values, findings=findings)


def _finding(values: dict[str, Any]) -> Finding:
    changes = [Change(**change) for change in values.pop("changes")]
    found = Finding(**values, changes=changes)
    return replace(found, check=Check(found.check), outcome=CheckOutcome(found.outcome))


def free_name(wanted: str) -> str:
    """For a channel that was given none."""
    used = set(Channel.objects.live().filter(name__startswith=wanted).values_list("name", flat=True))
    names = (wanted if n == 1 else f"{wanted} {n}" for n in range(1, len(used) + 2))
    return next(name for name in names if name not in used)
