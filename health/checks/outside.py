"""What the worker has found out outside: only read here."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from channels.models import Channel
from health import wording
from health.models import Fact, HealthSettings
from health.result import Result, State

OLD = timedelta(minutes=30)  # then nobody looks any more
CLOCK_OFF_S, CLOCK_WRONG_S = 5.0, 30.0
DEAD_MAN = "dead_man"  # the fact that `health.alarms.dead_man` notes each minute
LATE = timedelta(minutes=3)
NAME = "itsp:%d"  # of the fact about a channel's account


def _address() -> list[Result]:
    found = _fresh("address")
    if found is None:
        return _later("address")
    params = {name: found.get(name, "") for name in ("url", "why", "advice")}
    outcomes = {"pass": (State.OK, "ok"), "fail": (State.FAILING, "fails")}
    state, code = outcomes.get(found["outcome"], (State.UNKNOWN, "silent"))
    return [Result("address", state, code, None, params)]


def _certificate() -> list[Result]:
    if not settings.PUBLIC_URL.startswith("https://"):
        return [Result("certificate", State.UNKNOWN, "plain", params={"url": settings.PUBLIC_URL})]
    found = _fresh("certificate")
    if found is None:
        return _later("certificate")
    left = datetime.fromisoformat(found["ends_at"]) - timezone.now()
    days = left / timedelta(days=1)
    if days <= 0:
        return [Result("certificate", State.FAILING, "ended", 0)]
    is_near = days < HealthSettings.load().certificate_days
    return [
        Result("certificate", State.FAILING if is_near else State.OK, "near" if is_near else "ok", int(days))
    ]


def _clock() -> list[Result]:
    aheads = [abs(fact["ahead_s"]) for _channel, fact in _of_channels() if fact.get("ahead_s") is not None]
    if not aheads:
        return _later("clock")
    worst = max(aheads)
    if worst < CLOCK_OFF_S:
        return [Result("clock", State.OK, "ok", worst)]
    is_wrong = worst >= CLOCK_WRONG_S
    return [
        Result("clock", State.FAILING if is_wrong else State.WARNING, "wrong" if is_wrong else "off", worst)
    ]


def _balance() -> list[Result]:
    """Where an ITSP tells it, and an administrator has said how low is low."""
    least, low, lowest = HealthSettings.load().balance_below, [], None
    for channel, fact in _of_channels():
        if (balance := fact.get("balance")) is None:
            continue
        result = _of_balance(channel, fact, is_low=least is not None and balance < float(least))
        if lowest is None or balance < (lowest.value or 0):
            lowest = result
        if result.state is State.FAILING:
            low.append(result)
    if low or lowest is None:
        return low or _later("balance")
    currency = {"currency": lowest.params["currency"]}
    return [Result("balance", State.OK, "ok", lowest.value, currency)]


def _of_balance(channel: Channel, fact: dict[str, Any], *, is_low: bool) -> Result:
    params = {"label": channel.name, "currency": fact.get("currency", "")}
    state, code = (State.FAILING, "low") if is_low else (State.OK, "ok")
    return Result("balance", state, code, fact["balance"], params, about=str(channel.pk))


def _mail() -> list[Result]:
    return [Result("mail", State.OK)] if settings.EMAIL_IS_SET else [Result("mail", State.WARNING, "unset")]


def _dead_man() -> list[Result]:
    """Whether the monitor elsewhere is called: see `health.alarms.dead_man`."""
    if not HealthSettings.load().dead_man_url:
        return [Result("dead_man", State.UNKNOWN, "unset")]
    if (called := Fact.objects.filter(name=DEAD_MAN).first()) is None:
        return _later("dead_man")
    age = timezone.now() - called.at
    if called.values["dead"] or age > LATE:
        return [Result("dead_man", State.WARNING, "silent")]
    params = {"age": wording.DURATION(seconds=age.total_seconds()), "trouble": called.values["trouble"]}
    took = called.values["took"]
    state, code = (State.OK, "ok") if took else (State.WARNING, "refused")
    return [Result("dead_man", state, code, None, params)]


def _of_channels() -> Sequence[tuple[Channel, dict[str, Any]]]:
    channels = Channel.objects.live().filter(disabled_at=None).defer("credentials").order_by("name")
    by_name = {NAME % channel.pk: channel for channel in channels}
    facts = Fact.objects.filter(name__in=by_name, at__gt=timezone.now() - OLD)
    return [(by_name[fact.name], fact.values) for fact in facts]


def _fresh(name: str) -> dict[str, Any] | None:
    found = Fact.objects.filter(name=name, at__gt=timezone.now() - OLD).first()
    return found.values if found else None


def _later(check: str) -> list[Result]:
    return [Result(check, State.UNKNOWN, "later")]


CHECKS: dict[str, Callable[[], list[Result]]] = {
    "address": _address,
    "certificate": _certificate,
    "clock": _clock,
    "balance": _balance,
    "mail": _mail,
    "dead_man": _dead_man,
}
