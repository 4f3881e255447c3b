"""The set-up check as its page shows it: the stored results, what sessions have seen, the guide's steps."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from channels.itsp import ITSPS
from channels.itsp.set_up import Check, CheckOutcome
from channels.models import Channel, FetchGap, Number, SetUpResult
from channels.set_up import preflight

REPORTS_COME_WITHIN = timedelta(minutes=10)
RUNNING_POLL_S, WAITING_POLL_S = 1, 5

GROUPS_SHOWN = 25  # numbers

NEEDED_OF_NUMBERS = frozenset({Check.OWNED, Check.CAPABLE, Check.WEBHOOK, Check.OVERRIDE})
BLOCKING = frozenset({Check.REGISTRATION, Check.COUNTRIES})
OF_PBX = frozenset({Check.ADDRESS, Check.INBOUND, Check.CALLBACKS})


@dataclass(frozen=True)
class Group:
    """Results that belong together."""

    title: str
    results: list[SetUpResult]

    @property
    def is_fine(self) -> bool:
        return all(result.outcome == CheckOutcome.PASS for result in self.results)


@dataclass(frozen=True)
class Step:
    """One of the setup guide's."""

    title: str
    is_done: bool
    hint: str = ""
    anchor: str = ""  # where on the page it goes on


class Checklist:
    """Of one channel; None is one that is being added."""

    def __init__(self, channel: Channel | None) -> None:
        self.channel = channel
        self.is_running = bool(channel and preflight.is_running(channel))
        self.is_stalled = bool(channel and preflight.is_stalled(channel))

    @cached_property
    def results(self) -> list[SetUpResult]:
        if self.channel is None:
            return []
        order = list(Check)
        stored = self.channel.set_up_results.select_related("number")
        here = [result for result in stored if result.number is None or result.number.archived_at is None]
        everything = [*here, _inbound(self.channel), _callbacks(self.channel)]
        return sorted(everything, key=lambda result: order.index(Check(result.check_name)))

    @cached_property
    def last_fetch(self) -> FetchGap | None:
        """The last time at which missed texts were asked for."""
        return self.channel.fetch_gaps.order_by("-pk").first() if self.channel else None

    @cached_property
    def numbers(self) -> list[Number]:
        if self.channel is None:
            return []
        return list(self.channel.numbers.live().select_related("extension", "queue").order_by("address"))

    @property
    def first_number(self) -> Number | None:
        """That an admin may text to see the channel work."""
        return self.numbers[0] if self.numbers else None

    @property
    def has_received(self) -> bool:
        return bool(self.channel and self.channel.last_inbound_at)

    @property
    def awaits_first_text(self) -> bool:
        """It could come: nothing else is to be done before."""
        fine = self.channel and self.channel.status == Channel.Status.CONNECTED
        return bool(fine and self.first_number and not self.has_received)

    @property
    def groups(self) -> list[Group]:
        """Of many numbers, those that need a look come first, and the page shows a bounded number."""
        itsp = ITSPS[self.channel.itsp].name if self.channel else ""
        of_account = [one for one in self.results if not one.number and one.check_name not in OF_PBX]
        by_number: dict[str, list[SetUpResult]] = {}
        for result in self.results:
            if result.number:
                by_number.setdefault(result.number.address, []).append(result)
        groups = [Group(_("Account at %(itsp)s") % {"itsp": itsp}, of_account)]
        of_numbers = [Group(_("Number %(number)s") % {"number": one}, by_number[one]) for one in by_number]
        of_numbers.sort(key=lambda group: (len(by_number) > GROUPS_SHOWN and group.is_fine, group.title))
        groups += of_numbers[:GROUPS_SHOWN]
        groups += [Group("PBX", [one for one in self.results if one.check_name in OF_PBX])]
        return [group for group in groups if group.results]

    @property
    def numbers_hidden(self) -> int:
        return max(0, len({one.number_id for one in self.results if one.number_id}) - GROUPS_SHOWN)

    def count(self, outcome: CheckOutcome) -> int:
        return sum(result.outcome == outcome for result in self.results)

    @property
    def failed(self) -> int:
        return self.count(CheckOutcome.FAIL)

    @property
    def untold(self) -> int:
        return self.count(CheckOutcome.CANNOT_TELL)

    @property
    def done(self) -> int:
        """Of a run under way: how many checks have an answer already."""
        asked_at = self.channel.check_asked_at if self.channel else None
        return sum(bool(asked_at and one.pk and one.checked_at >= asked_at) for one in self.results)

    @property
    def poll_s(self) -> int:
        """How often the page should ask again; 0 is never."""
        if self.is_running:
            return RUNNING_POLL_S
        return 0 if self.is_stalled or all(step.is_done for step in self.steps) else WAITING_POLL_S

    @property
    def state(self) -> str:
        """Changes whenever the page would."""
        channel = self.channel
        shown: list[object] = [self.is_running, self.is_stalled, *(step.is_done for step in self.steps)]
        shown += [(one.check_name, one.outcome, one.happened_at) for one in self.results]
        if gap := self.last_fetch:
            shown += [gap.pk, gap.fetched, gap.reason, gap.finished_at]
        if channel:
            shown += [self.done, channel.check_finished_at, channel.status, channel.status_reason]
            shown += [channel.recheck_at, channel.paused_at, channel.disabled_at]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    # --- the setup guide ---

    @cached_property
    def steps(self) -> list[Step]:
        """On the page of a new channel they say what to do; on a saved one's they are ticked."""
        channel = self.channel
        itsp = ITSPS[channel.itsp] if channel else next(iter(ITSPS.values()))
        obtain = _("Obtain a Webhook URL on PBX")
        configure = _("Configure a number for SMS on %(itsp)s") % {"itsp": itsp.name}
        create = _("Create and configure an SMS channel on PBX")
        send = _("Send a text to the number")
        if channel is None:
            give = _("Give the number this URL, and note down the Account SID and Auth Token.")
            return [
                Step(obtain, False, _("Copy it from this page, and stay here.")),
                Step(configure, False, give),
                Step(create, False, _("Fill in this form, and save.")),
                Step(send, False),
            ]
        numbers = [number.address for number in self.numbers]
        connected = channel.status == Channel.Status.CONNECTED
        text = _("Text %(number)s from any phone: this is ticked when it has arrived.")
        return [
            Step(obtain, True),
            Step(configure, self._is_configured(numbers), _("See the set-up check"), "set-up-check"),
            Step(
                create,
                connected and bool(numbers),
                _("It needs a number, and credentials that are accepted."),
            ),
            Step(send, channel.last_inbound_at is not None, text % {"number": numbers[0]} if numbers else ""),
        ]

    def _is_configured(self, numbers: list[str]) -> bool:
        """Every number passed what receiving needs, and nothing is known to keep it from sending."""
        passed = {
            (result.number.address, result.check_name)
            for result in self.results
            if result.number and result.outcome == CheckOutcome.PASS
        }
        needed = {(number, str(check)) for number in numbers for check in NEEDED_OF_NUMBERS}
        blocked = any(
            result.outcome == CheckOutcome.FAIL and result.check_name in BLOCKING for result in self.results
        )
        return bool(numbers) and needed <= passed and not blocked


def _inbound(channel: Channel) -> SetUpResult:
    at = channel.last_inbound_at
    if at:
        return _seen(channel, Check.INBOUND, CheckOutcome.PASS, _("Texts reach PBX."), at=at)
    why = _("No text has arrived yet.")
    what_to_do = _("Send a text to the number from any phone.")
    return _seen(channel, Check.INBOUND, CheckOutcome.CANNOT_TELL, why, what_to_do)


def _callbacks(channel: Channel) -> SetUpResult:
    """They are reported per text; a channel that sent nothing has none."""
    at, waiting = channel.last_callback_at, channel.unreported_since
    overdue = waiting and timezone.now() - waiting > REPORTS_COME_WITHIN
    if overdue:
        why = _("Messages were sent, but the ITSP has not reported on them for more than ten minutes.")
        what_to_do = _("Check the address of PBX above: the ITSP must reach it.")
        return _seen(channel, Check.CALLBACKS, CheckOutcome.FAIL, why, what_to_do, at=at)
    if at:
        why = _("The ITSP reports what became of sent messages.")
        return _seen(channel, Check.CALLBACKS, CheckOutcome.PASS, why, at=at)
    why = _("The first report is awaited.") if waiting else _("No message was sent yet.")
    what_to_do = "" if waiting else _("Send a message from the inbox.")
    return _seen(channel, Check.CALLBACKS, CheckOutcome.CANNOT_TELL, why, what_to_do)


def _seen(
    channel: Channel,
    check: Check,
    outcome: CheckOutcome,
    why: str,
    what_to_do: str = "",
    *,
    at: datetime | None = None,
) -> SetUpResult:
    """Not stored: it is true at the moment."""
    return SetUpResult(
        channel=channel,
        check_name=check,
        outcome=outcome,
        why=why,
        what_to_do=what_to_do,
        happened_at=at,
        checked_at=timezone.now(),
    )
