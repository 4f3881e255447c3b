"""The Add and Edit page of a channel."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from accounts.gone import Gone, is_gone, say_gone, status_of, to_edit
from channels.editing.channel_page import ChannelPage
from channels.models import Channel


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_add(request: UserRequest) -> HttpResponse:
    return _channel_page(request, None)


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_edit(request: UserRequest, pk: int) -> HttpResponse:
    return _channel_page(request, to_edit(request, Channel.objects.live(), pk, archived=Channel.objects))


def _channel_page(request: UserRequest, channel: Channel | None) -> HttpResponse:
    page = ChannelPage(request, channel)
    if is_gone(channel):
        say_gone(page.form)
    elif page.is_choosing:
        page.begin_credentials()
        return render(request, "channels/form.html", {"page": page})
    elif request.method == "POST" and page.is_valid():
        try:
            saved = page.save()
        except IntegrityError:  # somebody was faster: the page, read again, says who
            page = ChannelPage(request, channel and Channel.objects.get(pk=channel.pk))
            if page.is_valid():
                messages.warning(request, _("Somebody else saved at the same moment. Please save again."))
        except Gone:
            say_gone(page.form)
        else:
            _say_saved(request, saved, page)
            if page.offered.picked:  # who goes by the setup guide finds what it says: the list
                return redirect("channel-edit", saved.pk)
            return redirect("channel-list")
    return render(request, "channels/form.html", {"page": page}, status=status_of(request, page.form))


def _say_saved(request: UserRequest, channel: Channel, page: ChannelPage) -> None:
    named = {"channel": isolated(channel.name), "reason": page.itsp_error}
    if page.itsp_error:
        messages.warning(request, _("The channel “%(channel)s” was saved, but: %(reason)s") % named)
    else:
        messages.success(request, _("The channel “%(channel)s” was saved and is connected.") % named)
    for words in page.moves:
        messages.warning(request, words)


@administrator_required
@require_POST
def channel_itsp(request: UserRequest) -> HttpResponse:
    """The parts of the Add form that depend on the ITSP, when another one is chosen."""
    page = ChannelPage(request)
    page.begin_credentials()
    return render(request, "channels/_itsp.html", {"page": page})
