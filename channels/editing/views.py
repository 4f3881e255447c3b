"""The Add and Edit page of a channel, and its dialog of one message routing rule."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.access import UserRequest, administrator_required
from channels.editing.channel_page import ChannelPage
from channels.editing.forms import NumberRuleForm
from channels.models import Channel
from channels.numbers.rules import Rule, read_key, rows_of


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_add(request: UserRequest) -> HttpResponse:
    return _channel_page(request, None)


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_edit(request: UserRequest, pk: int) -> HttpResponse:
    return _channel_page(request, get_object_or_404(Channel.objects.live(), pk=pk))


def _channel_page(request: UserRequest, channel: Channel | None) -> HttpResponse:
    page = ChannelPage(request, channel)
    if request.method == "POST" and page.is_valid():
        try:
            saved = page.save()
        except IntegrityError:  # somebody was faster: the page, read again, says who
            page = ChannelPage(request, channel and Channel.objects.get(pk=channel.pk))
            if page.is_valid():
                messages.warning(request, _("Somebody else saved at the same moment. Please save again."))
        else:
            _say_saved(request, saved, page)
            return redirect("channel-list")
    status = 422 if request.method == "POST" else 200
    return render(request, "channels/form.html", {"page": page}, status=status)


def _say_saved(request: UserRequest, channel: Channel, page: ChannelPage) -> None:
    named = {"channel": channel.name, "reason": page.itsp_error}
    if page.itsp_error:
        messages.warning(request, _("The channel “%(channel)s” was saved, but: %(reason)s") % named)
    else:
        messages.success(request, _("The channel “%(channel)s” was saved and is connected.") % named)


@administrator_required
@require_POST
def channel_itsp(request: UserRequest) -> HttpResponse:
    """The parts of the Add form that depend on the ITSP, when another one is chosen."""
    page = ChannelPage(request)
    page.begin_credentials()
    return render(request, "channels/_itsp.html", {"page": page})


def _channel_of(request: UserRequest) -> Channel | None:
    pk = request.POST.get("channel", "")
    return get_object_or_404(Channel.objects.live(), pk=pk) if pk.isdecimal() else None


@administrator_required
@require_POST
def rule_dialog(request: UserRequest) -> HttpResponse:
    """The dialog, empty or filled with the row that is to be edited."""
    rule = Rule.read(request.POST["rule"]) if "rule" in request.POST else Rule()
    form = NumberRuleForm(initial=vars(rule))
    key = rule.key if "rule" in request.POST else ""
    channel = _channel_of(request)
    return render(
        request, "channels/numbers/_rule_dialog.html", {"form": form, "key": key, "channel": channel}
    )


@administrator_required
@require_POST
def rule_save(request: UserRequest) -> HttpResponse:
    """The dialog's own Save: the rule becomes a row of the form, new or in the place of its `key`."""
    key, channel = read_key(request.POST.get("key", "")), _channel_of(request)
    others = [Rule.read(text) for text in request.POST.getlist("rule")]
    taken = frozenset(rule.number for rule in others if rule.key != key)
    form = NumberRuleForm(request.POST, channel=channel, taken=taken)
    if form.is_valid() and not _needs_a_look(form, request.POST):
        rule = Rule.of_form(form, key)
        response = render(request, "channels/numbers/_rule_row.html", {"row": rows_of([rule])[0]})
        response = retarget(response, f"#rule-{rule.key}" if key else "#rules")
        response = reswap(response, "outerHTML" if key else "beforeend")
        return trigger_client_event(response, "dialog:close", after="swap")
    context = {"form": form, "key": key, "channel": channel}
    return render(request, "channels/numbers/_rule_dialog.html", context, status=422)


def _needs_a_look(form: NumberRuleForm, data: QueryDict) -> bool:
    """True if the number was changed or is odd, and the admin hasn't seen that yet; then he is shown it."""
    address = form.cleaned_data["number"]
    if not form.note or data.get("seen") == address:
        return False
    shown = data.copy()
    shown["number"] = shown["seen"] = address
    form.data = shown
    return True
