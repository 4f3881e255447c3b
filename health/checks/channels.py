"""Whether channels work, and what their set-up checks have found."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from channels import reasons
from channels.itsp.set_up import CheckOutcome
from channels.models import Channel, Number, SetUpResult
from channels.standby import Standby, carried, standbys_of
from health import troubles
from health.result import Result, State

NEW = timedelta(hours=1)  # so long after it was added, what is wrong with a channel is its set-up going on
Status = Channel.Status


def _channels() -> list[Result]:
    """A disabled one may fail."""
    used = Channel.objects.live().filter(disabled_at=None).defer("credentials").order_by("name")
    if not (channels := list(used)):
        return [Result("channels", State.OK, "none", 0)]
    wrong = []
    for channel in channels:
        params = {"label": channel.name, "reason": channel.status_reason}
        if channel.status == Status.FAILING:
            wrong.append(Result("channels", State.FAILING, "failing", None, params, about=str(channel.pk)))
        elif channel.status == Status.NEVER_VERIFIED:
            wrong.append(Result("channels", State.WARNING, "never", None, params, about=str(channel.pk)))
    return wrong or [Result("channels", State.OK, "ok", len(channels))]


def _held() -> list[Result]:
    """Beside what else a channel has: texts don't arrive until somebody enters their token."""
    used = Channel.objects.live().filter(disabled_at=None, held_texts__gt=0).order_by("name")
    found = used.values_list("pk", "name", "held_texts")
    return [
        Result("held", State.FAILING, "held", count, {"label": name, "count": count}, about=str(pk))
        for pk, name, count in found
    ] or [Result("held", State.OK, "ok", 0)]


def _set_up() -> list[Result]:
    """Of a channel that is refused only that is told; of many numbers with the same fault, one."""
    failed = SetUpResult.objects.filter(outcome=CheckOutcome.FAIL, channel__archived_at=None)
    current = failed.filter(channel__disabled_at=None).exclude(channel__status=Status.FAILING)
    here = current.filter(carried()).select_related("channel", "number")
    found: dict[tuple[int, str], Result] = {}
    for one in here.defer("changes", "channel__credentials").order_by("channel__name", "pk"):
        found.setdefault((one.channel_id, one.check_name), _of_result(one))
    return list(found.values()) or [Result("set_up", State.OK, "ok", 0)]


def _standbys() -> list[Result]:
    """That a standby would not work, or that a number sends by one: of each channel, the worse."""
    used = Number.objects.filter(channel__archived_at=None, channel__disabled_at=None)
    found: dict[int, Result] = {}
    for one in sorted(standbys_of(used), key=lambda one: one.outcome != CheckOutcome.FAIL):
        if one.sends or one.outcome == CheckOutcome.FAIL:
            found.setdefault(one.number.channel_id, _of_standby(one))
    return list(found.values()) or [Result("standby", State.OK, "ok", 0)]


def _of_standby(one: Standby) -> Result:
    channel = one.number.channel
    params = {"label": channel.name, "why": one.why, "advice": one.what_to_do}
    state, code = State.WARNING, "ordered" if one.is_ordered else "sends"
    if one.outcome == CheckOutcome.FAIL:
        state, code = State.WARNING if _is_new(channel) or _is_new(one.channel) else State.FAILING, "wrong"
    return Result("standby", state, code, None, params, about=str(channel.pk))


def _is_new(channel: Channel) -> bool:
    return timezone.now() - channel.created_at < NEW


def _of_result(one: SetUpResult) -> Result:
    params = {
        "label": one.channel.name,
        "check": reasons.OF_CHECK(name=one.check_name),
        "why": troubles.OF_NUMBER(number=one.number.address, why=one.why) if one.number else one.why,
        "advice": one.what_to_do,
    }
    state, code = (State.WARNING, "new") if _is_new(one.channel) else (State.FAILING, "failing")
    return Result("set_up", state, code, None, params, about=f"{one.channel_id}-{one.check_name}")


CHECKS: dict[str, Callable[[], list[Result]]] = {
    "channels": _channels,
    "held": _held,
    "set_up": _set_up,
    "standby": _standbys,
}
