"""What stands by for numbers, and whether it would work: for the set-up check, the list and the alarms."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from accounts.directions import isolated
from channels import reasons
from channels.actions.switching import can_send
from channels.itsp.set_up import OF_NUMBERS, OF_SENDERS, Check, CheckOutcome
from channels.models import Channel, Number, NumberQuerySet, SetUpResult


@dataclass
class Standby:
    """Of one number. `findings`: what the standby channel's own set-up check says of the number."""

    number: Number
    channel: Channel
    is_up: bool  # the standby channel, whatever the number is there
    findings: list[SetUpResult] = field(default_factory=list)

    @property
    def sends(self) -> bool:
        return self.number.on_standby_since is not None

    @property
    def is_ordered(self) -> bool:
        return self.number.standby_ordered

    @cached_property
    def can_send(self) -> bool:
        refused = (one.outcome == CheckOutcome.FAIL and one.check_name in OF_SENDERS for one in self.findings)
        return self.is_up and not any(refused)

    @cached_property
    def wrong(self) -> SetUpResult | None:
        """What would keep the number's texts from going or coming."""
        return next((one for one in self.findings if one.outcome == CheckOutcome.FAIL), None)

    @property
    def outcome(self) -> CheckOutcome:
        if not self.is_up or self.wrong:
            return CheckOutcome.FAIL
        passed = {one.check_name for one in self.findings if one.outcome == CheckOutcome.PASS}
        is_known = Check.CAPABLE in passed or not self.number.address.startswith("+")
        return CheckOutcome.PASS if is_known else CheckOutcome.CANNOT_TELL

    @property
    def why(self) -> str:
        name = isolated(self.channel.name)
        if not self.is_up:
            return reasons.CANNOT_SEND(name=name)
        if self.wrong:
            check = reasons.OF_CHECK(name=self.wrong.check_name)
            return reasons.IS_WRONG(name=name, check=check, why=self.wrong.why)
        if self.sends:
            return reasons.SENDS(name=name)
        is_sure = self.outcome == CheckOutcome.PASS
        return reasons.WOULD_SEND(name=name) if is_sure else reasons.IS_UNTOLD(name=name)

    @property
    def what_to_do(self) -> str:
        if not self.is_up:
            return reasons.MEND_STANDBY()
        if self.wrong:
            return self.wrong.what_to_do
        return reasons.CHECK_STANDBY() if self.outcome == CheckOutcome.CANNOT_TELL else ""


def standbys_of(numbers: NumberQuerySet) -> list[Standby]:
    """Of those of the numbers that have one, in three queries."""
    having = numbers.filter(standby__isnull=False, archived_at=None).order_by("address")
    found = {number.pk: number for number in having.select_related("channel", "standby")}
    ready = set(Channel.objects.filter(can_send(), stands_by_for__in=found).values_list("pk", flat=True))
    standbys = {
        pk: Standby(number, number.standby, number.standby_id in ready)
        for pk, number in found.items()
        if number.standby
    }
    for result in _findings(found):
        standbys[result.number_id or 0].findings.append(result)
    return list(standbys.values())


def carried() -> Q:
    """Of set-up results: those of the channel as a whole, and of live numbers that it carries still."""
    by_channel = Q(number__channel=F("channel")) | Q(number__standby=F("channel"))
    return Q(number=None) | (by_channel & Q(number__archived_at=None))


def failed_checks() -> Coalesce:
    """Of a channel: how many checks of its set-up fail, as far as they concern what it carries."""
    failing = SetUpResult.objects.filter(carried(), channel=OuterRef("pk"), outcome=CheckOutcome.FAIL)
    return Coalesce(Subquery(failing.order_by().values("channel").annotate(n=Count("pk")).values("n")), 0)


def _findings(numbers: Iterable[int]) -> Iterable[SetUpResult]:
    of_standbys = SetUpResult.objects.filter(number__in=numbers, channel=F("number__standby"))
    return of_standbys.filter(check_name__in=OF_NUMBERS).defer("changes").order_by("pk")
