"""The first page of administrators and supervisors."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.access import UserRequest, extension_of
from accounts.models import User
from channels.access import channels_of
from health import checks
from health.home.today import today_of
from health.home.unfinished import steps_for
from health.home.waiting import present_for, waiting_for
from health.result import Result, State

OF_CHANNELS = ("channels", "queue", "failures", "uncertain")  # what supervisors are told of, of theirs


@never_cache
def home(request: UserRequest) -> HttpResponse:
    """Who has no part in the portal starts where their work is. As a fragment it renews itself."""
    user = request.user
    if not (user.is_administrator or user.is_supervisor):
        return redirect("inbox" if extension_of(user) else "profile")
    present = present_for(user)
    context = {
        "present": present,
        "waiting": waiting_for(user, present),
        "failing": failing_for(user),
        "today": today_of(user),
        "steps": steps_for(user),
        "now": timezone.now(),
    }
    return render(request, "health/home/_home.html" if request.htmx else "health/home/home.html", context)


def failing_for(user: User) -> list[Result]:
    """What the System page says, for those whose page that is; for supervisors, of their channels."""
    if user.is_administrator:
        return [one for one in checks.run() if one.state is State.FAILING]
    theirs = {str(pk) for pk in channels_of(user).order_by().values_list("pk", flat=True)}
    found = checks.run(OF_CHANNELS)
    return [one for one in found if one.state is State.FAILING and one.about in theirs]
