"""An agent answers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.forms import ReplyForm
from sessions.queries import lost_by
from sessions.views.opening import gone, opened, session_of


@require_POST
@agent_required
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    if lost := lost_by(request.agent).filter(pk=pk).first():
        return gone(request, lost.agent)
    session = session_of(request, pk)
    form = ReplyForm(request.POST)
    try:
        if form.is_valid():
            values = form.cleaned_data | {"client_id": str(form.cleaned_data["client_id"])}
            actions.reply(session, agent=request.agent, **values)
            return render(request, "sessions/_session.html", opened(request, session_of(request, pk)))
    except actions.AlreadyPickedUp as taken:
        return gone(request, taken.by)
    except actions.TooManyOpen as full:
        form.add_error(None, full.reason)
    except actions.SessionClosed:
        form.add_error(None, _("The session was closed meanwhile. Send it as a new message."))
    except actions.NotTheOwner:
        form.add_error(None, _("Only the agent who picked the session up can answer."))
    except actions.BadTime:
        form.add_error("due_at", _("This time has passed. Choose one in the future."))
    except actions.ChannelDisabled:
        form.add_error(None, _("It was not sent: the channel of this number was disabled."))
    except actions.OptedOut:
        form.add_error(None, _("It was not sent: the contact opted out of texts from this number."))
    return render(request, "sessions/_session.html", opened(request, session, form=form), status=422)
