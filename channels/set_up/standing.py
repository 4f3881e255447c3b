"""How a channel is doing: one word for the list, and for its pages the reason and the one next step."""

import hashlib
from dataclasses import dataclass
from enum import Enum

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from channels.itsp import ITSPS
from channels.itsp.set_up import Check, CheckOutcome
from channels.models import Channel, Number, SetUpResult
from channels.set_up import preflight

STOPPING = (Check.CREDENTIALS, Check.ACCOUNT, Check.OWNED, Check.CAPABLE)  # the first is mended first


class State(Enum):
    """Label, colour and icon; of several that are true, the first is the channel's."""

    DRAINING = (gettext_lazy("Deleted once its queue is empty"), "orange", "bi-hourglass-split")
    FAILING = (gettext_lazy("Failing"), "red", "bi-x-circle")
    DISABLED = (gettext_lazy("Disabled"), "secondary", "bi-toggle-off")
    PAUSED = (gettext_lazy("Paused"), "secondary", "bi-pause-circle")
    NEVER_VERIFIED = (gettext_lazy("Never verified"), "orange", "bi-question-circle")
    NO_NUMBER = (gettext_lazy("No number yet"), "orange", "bi-telephone-plus")
    UNCHECKED = (gettext_lazy("Being checked"), "blue", "bi-arrow-repeat")
    CONNECTED = (gettext_lazy("Connected"), "green", "")

    @property
    def label(self) -> StrPromise:
        return self.value[0]

    @property
    def colour(self) -> str:
        return self.value[1]

    @property
    def icon(self) -> str:
        return self.value[2]


@dataclass(frozen=True)
class Step:
    """What to do next: a link, or with `is_post` a button. Both may lack: then there is nothing to click."""

    words: str
    label: str = ""
    url: str = ""
    is_post: bool = False

    @property
    def is_outside(self) -> bool:
        return self.url.startswith("https://")


@dataclass
class Standing:
    """`has_numbers`: whether the channel has any that is live, or stands by for one."""

    channel: Channel
    has_numbers: bool
    is_helped: bool = False  # some of its numbers send by their standby

    @cached_property
    def states(self) -> list[State]:
        """All that are true, the channel's own first; one that is none of the others is connected."""
        channel = self.channel
        true = {
            State.DRAINING: channel.draining_since,
            State.FAILING: channel.status == Channel.Status.FAILING,
            State.DISABLED: channel.disabled_at and not channel.draining_since,
            State.PAUSED: channel.paused_at,
            State.NEVER_VERIFIED: channel.status == Channel.Status.NEVER_VERIFIED,
            State.NO_NUMBER: not self.has_numbers,
            State.UNCHECKED: channel.check_asked_at and not channel.check_finished_at,
        }
        return [state for state in State if true.get(state)] or [State.CONNECTED]

    @property
    def state(self) -> State:
        return self.states[0]

    @property
    def others(self) -> list[State]:
        """What is true beside it and is not settled by the same step."""
        return [one for one in self.states[1:] if one not in {State.UNCHECKED, State.NO_NUMBER}]

    @property
    def reason(self) -> str:
        """Of the ITSP, in words."""
        return self.channel.status_reason

    @cached_property
    def helped_by(self) -> list[str]:
        """The channels by which its numbers send now."""
        if not self.is_helped:
            return []
        on_standby = self.channel.numbers.live().filter(on_standby_since__isnull=False)
        return sorted(set(on_standby.values_list("standby__name", flat=True)))

    @property
    def is_failing(self) -> bool:
        return State.FAILING in self.states

    @property
    def is_well(self) -> bool:
        return self.state in {State.CONNECTED, State.UNCHECKED}

    @property
    def is_retried(self) -> bool:
        """Whether PBX tries again by itself, at a time that is known."""
        return self.channel.status != Channel.Status.CONNECTED and self.channel.recheck_at is not None

    @cached_property
    def digest(self) -> str:
        """Changes whenever what is shown does."""
        held = (self.channel.held_texts, self.channel.first_held_at)
        shown = (self.states, self.reason, self.step, self.channel.recheck_at, held, self.helped_by)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    # --- the next step ---

    @cached_property
    def step(self) -> Step:
        pk = self.channel.pk
        edit, check = reverse("channel-edit", args=[pk]), reverse("channel-check", args=[pk])
        match self.state:
            case State.FAILING:
                return self._mending(edit, check)
            case State.DRAINING:
                words = _("What waits is still sent; nobody can send new messages on it.")
                return Step(words, _("Enable, and do not delete"), reverse("channel-enable", args=[pk]), True)
            case State.DISABLED:
                words = _("Nobody can send new messages on it; inbound ones still arrive.")
                return Step(words, _("Enable"), reverse("channel-enable", args=[pk]), True)
            case State.PAUSED:
                words = _("Messages wait in its queue until somebody resumes it.")
                return Step(words, _("Resume"), reverse("channel-resume", args=[pk]), True)
            case State.NEVER_VERIFIED:
                return Step(
                    _("The ITSP has not accepted the credentials yet."), _("Check again"), check, True
                )
            case State.NO_NUMBER:
                words = _("No text can reach it, and none can leave: it needs a number with a destination.")
                return Step(words, _("Add a number"), f"{edit}?tab=messaging#rule-add")
            case State.UNCHECKED:
                if preflight.is_stalled(self.channel):
                    words = _("No worker has finished the set-up check yet. Ask who runs PBX.")
                    return Step(words, _("See the set-up check"), f"{edit}#set-up-check")
                return Step(_("The set-up check is running."), _("Follow it"), f"{edit}#set-up-check")
        return Step("")

    def _mending(self, edit: str, check: str) -> Step:
        """What the check finds that stops texts; else the ITSP is to be asked, or it is over already."""
        found, results = self._stopping, f"{edit}#set-up-check"
        if found and found.check_name == Check.CREDENTIALS:
            enter = f"{edit}?tab=authentication#credentials"
            return Step(found.what_to_do, _("Enter the credentials"), enter)
        if found:
            words = f"{found.number}: {found.what_to_do}" if found.number else found.what_to_do
            at_itsp = _("Open %(itsp)s") % {"itsp": self._itsp_name}
            return Step(words, at_itsp, found.link) if found.link else Step(words, _("See it"), results)
        if preflight.is_running(self.channel):
            return Step(_("The set-up check is finding out what is wrong."), _("Follow it"), results)
        if not self._was_checked:
            return Step(_("What is wrong was not checked yet."), _("Check now"), check, True)
        words = _("The set-up check finds no cause. If %(itsp)s has mended it, check again to connect.")
        return Step(words % {"itsp": self._itsp_name}, _("Check again"), check, True)

    @property
    def _was_checked(self) -> bool:
        """Since it fails: an older check is about a time when all was well."""
        since, finished = self.channel.status_changed_at, self.channel.check_finished_at
        return finished is not None and (since is None or finished >= since)

    @cached_property
    def _stopping(self) -> SetUpResult | None:
        """What the check has found since it fails."""
        since = self.channel.status_changed_at
        stored = self.channel.set_up_results.filter(outcome=CheckOutcome.FAIL, check_name__in=STOPPING)
        found = stored.filter(checked_at__gte=since) if since else stored
        live = [one for one in found.select_related("number") if not one.number or not one.number.archived_at]
        order = [str(check) for check in STOPPING]
        return min(live, key=lambda one: (order.index(one.check_name), one.pk), default=None)

    @property
    def _itsp_name(self) -> str:
        return ITSPS[self.channel.itsp].name if self.channel.itsp in ITSPS else self.channel.itsp


def standing_of(channel: Channel) -> Standing:
    own = Q(channel=channel, on_standby_since__isnull=False)
    carried = Number.objects.carried_by([channel]).filter(archived_at=None)
    found = carried.aggregate(numbers=Count("pk"), on_standby=Count("pk", filter=own))
    return Standing(channel, has_numbers=found["numbers"] > 0, is_helped=found["on_standby"] > 0)
