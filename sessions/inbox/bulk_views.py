"""Something is done with many sessions at once: a dialog that asks, then what became of it, in words."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from routing.access import ViewerRequest, viewer_required
from sessions.inbox.bulk_verb import Outcome
from sessions.inbox.bulk_verbs import VERBS
from sessions.inbox.chosen import Chosen
from sessions.inbox.views import viewer_of


@require_POST
@viewer_required
def bulk(request: ViewerRequest, verb: str) -> HttpResponse:
    """By POST only, since hundreds of ids make no URL. It asks first; with `sure` it acts."""
    viewer = viewer_of(request)
    if verb not in VERBS:
        raise Http404
    chosen = Chosen.of(request.POST, viewer)
    doing = VERBS[verb](viewer, chosen)
    if not chosen.sessions:
        return _told(request, Outcome(words=_("None of these sessions is in your lists any more.")))
    is_sure = request.POST.get("sure") == "1"
    form = doing.form(request.POST if is_sure else None)
    if is_sure and form.is_valid():
        values = form.values if hasattr(form, "values") else form.cleaned_data
        return _told(request, doing.run(values))
    context = {"verb": doing, "form": form, "chosen": chosen, "title": doing.title(len(chosen.sessions))}
    status = 422 if is_sure else 200
    return render(request, "sessions/inbox/_bulk_dialog.html", context, status=status)


def _told(request: ViewerRequest, outcome: Outcome) -> HttpResponse:
    answer = render(request, "sessions/inbox/_bulk_result.html", {"outcome": outcome})
    answer["HX-Retarget"], answer["HX-Reswap"] = "#toasts", "afterbegin"
    answer["HX-Trigger"] = json.dumps({"dialog:close": "", "inbox:bulk-done": "", "inbox:lists": ""})
    return answer
