"""Whether channels work, and what their set-up checks have found."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from channels.itsp.set_up import Check, CheckOutcome
from channels.models import Channel, SetUpResult
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
        elif channel.held_texts:
            params["held"] = str(channel.held_texts)
            wrong.append(Result("channels", State.WARNING, "held", None, params, about=str(channel.pk)))
    return wrong or [Result("channels", State.OK, "ok", len(channels))]


def _set_up() -> list[Result]:
    """Of a channel that is refused only that is told; of many numbers with the same fault, one."""
    failed = SetUpResult.objects.filter(outcome=CheckOutcome.FAIL, channel__archived_at=None)
    current = failed.filter(channel__disabled_at=None).exclude(channel__status=Status.FAILING)
    here = current.exclude(number__archived_at__isnull=False).select_related("channel", "number")
    found: dict[tuple[int, str], Result] = {}
    for one in here.defer("changes", "channel__credentials").order_by("channel__name", "pk"):
        found.setdefault((one.channel_id, one.check_name), _of_result(one))
    return list(found.values()) or [Result("set_up", State.OK, "ok", 0)]


def _of_result(one: SetUpResult) -> Result:
    is_new = timezone.now() - one.channel.created_at < NEW
    params = {
        "label": one.channel.name,
        "check": str(Check(one.check_name).label),
        "why": f"{one.number.address}: {one.why}" if one.number else one.why,
        "advice": one.what_to_do,
    }
    state, code = (State.WARNING, "new") if is_new else (State.FAILING, "failing")
    return Result("set_up", state, code, None, params, about=f"{one.channel_id}-{one.check_name}")


CHECKS: dict[str, Callable[[], list[Result]]] = {"channels": _channels, "set_up": _set_up}
