"""Takes back what an agent has just done, in answer to the page's script."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.inbox import undoing
from sessions.refusals import Act, words_for


@require_POST
@agent_required
def undo(request: AgentRequest) -> HttpResponse:
    """409 with the reason in words."""
    try:
        return JsonResponse(undoing.undo(request.POST.get("token", ""), request.agent))
    except undoing.TooLate:
        reason = _("It is too late to undo this.")
    except actions.ActedMeanwhile as meanwhile:
        reason = _("%(who)s has gone on with the session meanwhile, so this is not undone.") % {
            "who": meanwhile.by or _("An administrator")
        }
    except actions.ActionError as refused:
        reason = words_for(refused, Act.UNDO)
    return JsonResponse({"reason": reason}, status=409)
