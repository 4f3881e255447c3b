"""The message routing rules of a form: rows that travel as JSON in hidden inputs until all is saved."""

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from accounts.ids import read_id
from channels.models import Channel, Number
from channels.numbers.forms import EXTENSION, QUEUE, NumberRuleForm
from channels.phone_numbers import without_zero
from routing.models import Extension, MessageQueue


def new_key() -> str:
    return secrets.token_hex(8)


def read_key(text: str) -> str:
    """A key that a browser sent back; "" if it isn't one of ours."""
    return text if re.fullmatch(r"[0-9a-f]{16}", text) else ""


@dataclass
class Rule:
    """A rule as it travels. `key` tells the form's rows apart and has no meaning beyond."""

    number: str = ""
    destination: str = EXTENSION
    extension: int | None = None
    queue: int | None = None
    initiators: list[int] = field(default_factory=list)
    number_rate: int | None = None  # a lower one than the channel's
    standby: int | None = None  # a channel
    key: str = field(default_factory=new_key)

    @classmethod
    def read(cls, text: str) -> "Rule":
        """What a browser sent; whatever can't be read is empty, so that the form complains of it."""
        try:
            values = json.loads(text)
            return cls(
                number=str(values["number"]),
                destination=str(values["destination"]),
                extension=_id(values["extension"]),
                queue=_id(values["queue"]),
                initiators=[pk for pk in map(_id, values["initiators"]) if pk],
                number_rate=_id(values.get("number_rate")),
                standby=_id(values.get("standby")),
                key=read_key(values["key"]) or new_key(),
            )
        except (ArithmeticError, ValueError, TypeError, KeyError, RecursionError):
            return cls()

    @classmethod
    def of(cls, number: Number) -> "Rule":
        """A stored one; `initiators` should be prefetched."""
        destination = EXTENSION if number.extension_id else QUEUE
        initiators = [extension.pk for extension in number.initiators.all()]
        rule = cls(number.address, destination, number.extension_id, number.queue_id, initiators)
        rule.number_rate, rule.standby = number.sending_rate, number.standby_id
        return rule

    @classmethod
    def of_form(cls, form: NumberRuleForm, key: str) -> "Rule":
        """A valid form's."""
        values = form.cleaned_data
        extension, queue = values["extension"], values["queue"]
        initiators = [chosen.pk for chosen in values["initiators"]]
        rule = cls(values["number"], values["destination"], extension and extension.pk, queue and queue.pk)
        rule.initiators, rule.number_rate, rule.key = initiators, values["number_rate"], key or rule.key
        rule.standby = values["standby"] and values["standby"].pk
        return rule

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def bound_form(self, *, channel: Channel | None, taken: Iterable[str]) -> NumberRuleForm:
        return NumberRuleForm(asdict(self), channel=channel, taken=frozenset(taken))


def _id(value: Any) -> int | None:
    return read_id(str(value or ""))


@dataclass
class Row:
    """A rule as the table shows it."""

    rule: Rule
    destination: Extension | MessageQueue | None
    initiators: list[Extension]
    errors: ErrorDict | None = None
    standby: Channel | None = None

    @property
    def without_zero(self) -> str:
        """What the number would be without a 0 that it was typed with; "" if it has none."""
        return without_zero(self.rule.number)


def rows_of(rules: Sequence[Rule], errors: dict[str, ErrorDict] | None = None) -> list[Row]:
    """With the names of what the rules point to, in three queries. `errors` is by the rules' keys."""
    standbys = Channel.objects.live().in_bulk({rule.standby for rule in rules if rule.standby})
    queues = MessageQueue.objects.live().in_bulk({rule.queue for rule in rules if rule.queue})
    ids = {rule.extension for rule in rules if rule.extension}
    extensions = Extension.objects.live().in_bulk(ids.union(*(rule.initiators for rule in rules)))
    return [
        Row(
            rule,
            extensions.get(rule.extension or 0)
            if rule.destination == EXTENSION
            else queues.get(rule.queue or 0),
            [extensions[pk] for pk in rule.initiators if pk in extensions],
            (errors or {}).get(rule.key),
            standbys.get(rule.standby or 0),
        )
        for rule in rules
    ]


class RuleTable:
    """The rules of one form, from the database or from what was posted."""

    def __init__(self, rules: list[Rule], channel: Channel | None) -> None:
        self.rules, self.channel = rules, channel
        self.forms: dict[str, NumberRuleForm] = {}

    @classmethod
    def stored(cls, channel: Channel | None) -> "RuleTable":
        if channel is None:
            return cls([], None)
        numbers = channel.numbers.live().order_by("address").prefetch_related("initiators")
        return cls([Rule.of(number) for number in numbers], channel)

    @classmethod
    def posted(cls, texts: Iterable[str], channel: Channel | None) -> "RuleTable":
        return cls([Rule.read(text) for text in texts], channel)

    def is_valid(self) -> bool:
        taken: list[str] = []
        for rule in self.rules:
            form = rule.bound_form(channel=self.channel, taken=taken)
            self.forms[rule.key] = form
            taken.append(form.cleaned_data.get("number", "") if form.is_valid() else rule.number)
        return not self.errors

    @property
    def numbers(self) -> list[str]:
        """After validation, as they would be stored."""
        return [form.cleaned_data["number"] for form in self.forms.values() if form.is_valid()]

    @property
    def errors(self) -> dict[str, ErrorDict]:
        return {key: form.errors for key, form in self.forms.items() if form.errors}

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.rules, self.errors)

    @property
    def values(self) -> list[dict[str, Any]]:
        """What `actions` stores, after validation."""
        return [form.cleaned_data for form in self.forms.values()]

    @property
    def summary(self) -> str:
        return _("A rule of the Number section needs your attention.") if self.errors else ""
