"""Takes back what somebody has just done, in answer to the page's script."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from routing.access import ViewerRequest, viewer_required
from sessions import actions
from sessions.inbox import undoing
from sessions.inbox.shown_session import actor_of


@require_POST
@viewer_required
def undo(request: ViewerRequest) -> HttpResponse:
    """409 with the reason in words."""
    try:
        return JsonResponse(undoing.undo(request.POST.get("token", ""), actor_of(request)))
    except undoing.TooLate:
        reason = _("It is too late to undo this.")
    except (actions.ActionError, actions.ActedMeanwhile) as refused:
        reason = undoing.reason(refused)
    return JsonResponse({"reason": reason}, status=409)
