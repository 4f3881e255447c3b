"""The set-up check as its page shows it: the stored results, what sessions have seen, the guide's steps."""

import hashlib
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.directions import isolated
from channels.itsp.base import Itsp
from channels.itsp.set_up import Check, CheckOutcome
from channels.models import Channel, FetchGap, Number, SetUpResult
from channels.set_up import preflight, seen
from channels.standby import Standby, carried, standbys_of

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
    """Of one channel; None is one that is being added, at this ITSP."""

    def __init__(self, channel: Channel | None, itsp: Itsp) -> None:
        self.channel, self.itsp = channel, itsp
        self.is_running = bool(channel and preflight.is_running(channel))
        self.is_stalled = bool(channel and preflight.is_stalled(channel))

    @cached_property
    def results(self) -> list[SetUpResult]:
        if self.channel is None:
            return []
        order = list(Check)
        here = self.channel.set_up_results.filter(carried()).select_related("number__channel")
        everything = [*here, *map(seen.standby, self.standbys), *seen.results(self.channel)]
        return sorted(everything, key=lambda result: order.index(Check(result.check_name)))

    @cached_property
    def standbys(self) -> list[Standby]:
        """Of the channel's own numbers."""
        having = [number.pk for number in self.numbers if number.standby_id]
        return standbys_of(Number.objects.filter(pk__in=having))

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
        of_account = [one for one in self.results if not one.number and one.check_name not in OF_PBX]
        by_number: dict[str, list[SetUpResult]] = {}
        for result in self.results:
            if result.number:
                by_number.setdefault(self._title_of(result.number), []).append(result)
        groups = [Group(_("Account at %(itsp)s") % {"itsp": self.itsp.name}, of_account)]
        of_numbers = [Group(title, results) for title, results in by_number.items()]
        of_numbers.sort(key=lambda group: (len(by_number) > GROUPS_SHOWN and group.is_fine, group.title))
        groups += of_numbers[:GROUPS_SHOWN]
        groups += [Group("PBX", [one for one in self.results if one.check_name in OF_PBX])]
        return [group for group in groups if group.results]

    def _title_of(self, number: Number) -> str:
        if self.channel and number.channel_id != self.channel.pk:
            named = {"number": number.address, "name": isolated(number.channel.name)}
            return _("Number %(number)s (standby for “%(name)s”)") % named
        return _("Number %(number)s") % {"number": number.address}

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
        if self.is_running or (self.channel and seen.is_awaited(self.channel)):
            return RUNNING_POLL_S
        return 0 if self.is_stalled or all(step.is_done for step in self.steps) else WAITING_POLL_S

    @property
    def state(self) -> str:
        """Changes whenever the page would."""
        channel = self.channel
        shown: list[object] = [self.is_running, self.is_stalled, *(step.is_done for step in self.steps)]
        shown += [(one.check_name, one.outcome, one.happened_at) for one in self.results]
        shown += [(one.why, one.is_ordered, one.number.on_standby_since) for one in self.standbys]
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
        obtain = _("Obtain a Webhook URL on PBX")
        configure = _("Configure a number for SMS on %(itsp)s") % {"itsp": self.itsp.name}
        create = _("Create and configure an SMS channel on PBX")
        send = _("Send a text to the number")
        if channel is None:
            give = _("Give the number this URL, and note down the %(credentials)s.")
            named = {"credentials": needed_by(self.itsp)}
            return [
                Step(obtain, False, _("Copy it from this page, and stay here.")),
                Step(configure, False, give % named),
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


def needed_by(itsp: Itsp) -> str:
    """What an admin must find out of an account, as a list in words; what we make is none of it."""
    fields, made = itsp.credentials_form.base_fields, itsp.made_credentials()
    labels = [str(field.label) for name, field in fields.items() if field.required and name not in made]
    return get_text_list(labels, _("and"))
