"""The System page, and what every page of an administrator shows while an alarm lasts."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, administrator_required
from health import checks
from health.models import Alarm
from health.result import Result, State

TITLES: dict[str, Promise | str] = {
    "processes": gettext_lazy("Processes"),
    "texts": gettext_lazy("Channels and texts"),
    "stores": gettext_lazy("What is stored"),
    "outside": gettext_lazy("Outside"),
}
LATELY_MOST = 10
GRAVEST_FIRST = (State.FAILING, State.WARNING, State.OK, State.UNKNOWN)


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    results: list[Result]


@dataclass(frozen=True)
class Overview:
    groups: list[Group]

    def _in(self, state: State) -> list[Result]:
        return [one for group in self.groups for one in group.results if one.state is state]

    @property
    def failing(self) -> list[Result]:
        return self._in(State.FAILING)

    @property
    def warning(self) -> list[Result]:
        return self._in(State.WARNING)


@administrator_required
@require_safe
@never_cache
def system(request: UserRequest) -> HttpResponse:
    """All checks; as a fragment it renews itself."""
    template = "health/_system.html" if request.htmx else "health/system.html"
    told = Alarm.objects.filter(began_at__isnull=False).order_by("-began_at", "-pk")
    context = {"overview": _overview(), "now": timezone.now(), "alarms": told[:LATELY_MOST]}
    return render(request, template, context)


@administrator_required
@require_safe
@never_cache
def ringing(request: UserRequest) -> HttpResponse:
    return render(request, "health/_banner.html", {"is_fragment": True})


def _overview() -> Overview:
    order = list(GRAVEST_FIRST).index
    return Overview(
        [
            Group(name, str(TITLES[name]), sorted(checks.run(group), key=lambda one: order(one.state)))
            for name, group in checks.GROUPS.items()
        ]
    )
