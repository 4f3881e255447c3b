"""Devices that take notifications come, are tried out and go; and what they say in between."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.directions import isolated
from routing.access import ViewerRequest, member_required
from sessions.models import PushDevice
from sessions.nudges import nudge
from sessions.presence.online import PAGE_NAME
from sessions.push import devices, focus, looking, noticing
from sessions.push.pushing import KEPT_S, SALT


@require_POST
@member_required
def register(request: ViewerRequest) -> HttpResponse:
    """A browser's subscription; also one that is known, whose login has become another one."""
    form = devices.DeviceForm(request.POST)
    if not form.is_valid():
        reasons = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"reason": " ".join(reasons)}, status=422)
    data = form.cleaned_data
    if not request.user.push_devices.exists():
        looking.take_as_known(request.user, request.agent, now=timezone.now())
    devices.register(
        request.user,
        session_key=request.session.session_key or "",
        endpoint=data["endpoint"],
        keys={name: data[name] for name in ("p256dh", "auth")},
        agent=request.headers.get("User-Agent", ""),
    )
    return HttpResponse(status=204)


@require_POST
@member_required
def try_out(request: ViewerRequest, pk: int) -> HttpResponse:
    device = get_object_or_404(PushDevice, pk=pk, user=request.user)
    devices.try_out(device)
    nudge("sessions.tasks.push_due")
    messages.success(request, _("A notification is on its way to “%s”.") % isolated(device.name))
    return _back(request)


@require_POST
@member_required
def remove(request: ViewerRequest, pk: int) -> HttpResponse:
    device = get_object_or_404(PushDevice, pk=pk, user=request.user)
    device.delete()
    messages.success(request, _("“%s” is told no more.") % isolated(device.name))
    return _back(request)


def _back(request: ViewerRequest) -> HttpResponse:
    """To the page with the list, which there are two of."""
    page = request.POST.get("next", "")
    known = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if known else "home")


@require_POST
@member_required
def looks(request: ViewerRequest) -> HttpResponse:
    """`page`: its name, made up by itself; `looks`: "1" while somebody looks at it, said again and again."""
    page = request.POST.get("page", "")
    if not PAGE_NAME.fullmatch(page):
        return HttpResponseBadRequest("Name the page.", content_type="text/plain")
    focus.say(request.user.pk, page, looks=request.POST.get("looks") == "1")
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
@login_not_required
def taken(request: HttpRequest, token: str) -> HttpResponse:
    """A device's service worker has shown what it got; it knows nothing but the notice's signed address."""
    try:
        notice_id, mark = signing.loads(token, salt=SALT, max_age=2 * KEPT_S)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    noticing.shown(notice_id, mark)
    return HttpResponse(status=204)
