"""The account's numbers on the Add page: fetched when its credentials are there, ticked line by line."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import UserRequest, administrator_required
from channels.editing.channel_page import ChannelPage
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.numbers.offered import SALT, Offered
from pbx_messaging.outside.shares import Shares

shares = Shares(in_all=4, each=1)  # of this process's threads; each administrator has one


@administrator_required
@require_POST
def channel_numbers(request: UserRequest) -> HttpResponse:
    """All lines. Nothing changes while the credentials are incomplete, or the same as before."""
    page = ChannelPage(request)
    is_complete = page.itsp.can_list_numbers and page.credentials_form.is_valid()
    if not is_complete:
        return HttpResponse(status=204)
    credentials = page.credentials_form.cleaned_data
    asked_for = _mark_of(credentials)
    if asked_for == page.offered.asked_for and "again" not in request.POST:
        return HttpResponse(status=204)
    error = ""
    try:
        page.offered = _asked(page, credentials)
    except ItspError as refused:
        page.offered, error = Offered(), refused.reason
    page.offered.asked_for = asked_for
    return render(request, "channels/numbers/_offered.html", {"page": page, "error": error})


def _asked(page: ChannelPage, credentials: Credentials) -> Offered:
    taken = [rule.number for rule in page.table.rules]
    with shares.of(page.request.user.pk) as mine:
        if not mine:
            raise ItspError(Advice.RETRY, _("PBX is asking already. Try again in a moment."))
        return Offered.asked(page.itsp, credentials, page.webhook_url, taken)


def _mark_of(credentials: Credentials) -> str:
    return salted_hmac(SALT, repr(sorted(credentials.items()))).hexdigest()


@administrator_required
@require_POST
def channel_number_line(request: UserRequest) -> HttpResponse:
    """One line, as it is ticked, or leads elsewhere. Nothing changes if it is not as we made it."""
    page = ChannelPage(request)
    address = request.POST.get("line", "")
    line = next((one for one in page.offered.lines if one.address == address), None)
    if line is None:
        return HttpResponse(status=204)
    return render(request, "channels/numbers/_offered_line.html", {"page": page, "line": line})
