"""The dialog of one message routing rule, on the page of a channel."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.access import UserRequest, administrator_required
from accounts.ids import read_id
from channels.models import Channel
from channels.numbers.forms import NumberRuleForm
from channels.numbers.rules import Rule, read_key, rows_of


def _channel_of(request: UserRequest) -> Channel | None:
    pk = read_id(request.POST.get("channel", ""))
    return get_object_or_404(Channel.objects.live(), pk=pk) if pk else None


@administrator_required
@require_POST
def rule_dialog(request: UserRequest) -> HttpResponse:
    """The dialog, empty or filled with the row that is to be edited."""
    rule = Rule.read(request.POST["rule"]) if "rule" in request.POST else Rule()
    channel = _channel_of(request)
    form = NumberRuleForm(initial=vars(rule), channel=channel)
    key = rule.key if "rule" in request.POST else ""
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
