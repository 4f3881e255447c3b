"""What an agent does with a session beside answering. Answers with the session as it is then."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.directions import isolated
from routing.access import AgentRequest, ViewerRequest, agent_required, viewer_required
from sessions import actions
from sessions.contacts.lookup import contact_of
from sessions.inbox.session_forms import NoteForm, TagsForm, TransferForm
from sessions.inbox.shown_session import (
    actor_of,
    directed_session,
    gone,
    opened,
    session_of,
    thread_update,
    visible_session,
)
from sessions.inbox.undoing import Done, offered, told
from sessions.models import MessagingSession
from sessions.queries import listed, visible_to
from sessions.refusals import Act, refuse, words_for


@require_POST
@agent_required
def pick_up(request: AgentRequest, pk: int) -> HttpResponse:
    """Also a session that one only read along in."""
    session = visible_session(request, pk)
    try:
        actions.pick_up(session, agent=request.agent)
    except actions.AlreadyPickedUp as lost:
        return gone(request, lost.by)
    except actions.TooManyOpen as full:
        context = opened(request, session) | {"refusal": words_for(full)}
        return render(request, "sessions/inbox/_session.html", context, status=422)
    except actions.NoPickup:
        session.refresh_from_db()  # its queue has become one without pickup
    return shown(request, session)


@require_http_methods(["GET", "POST"])
@viewer_required
def transfer(request: ViewerRequest, pk: int) -> HttpResponse:
    """The dialog; once it is done, what is left of the session here. Supervisors assign by it."""
    session = directed_session(request, pk)
    form = TransferForm(request.POST or None, session=session, agent=session.agent or request.agent)
    had_by = request.POST.get("had_by", session.agent_id or "")
    if request.method == "POST" and form.is_valid():
        try:
            handover = actions.transfer(session, agent=actor_of(request), had_by=form.had_by, **form.values)
            return _after_transfer(request, session, form, handover)
        except actions.AlreadyPickedUp as taken:
            refuse(form, taken, Act.TRANSFER)
            had_by = taken.by.pk if taken.by else ""  # whoever still wants it takes it over from them
        except actions.ActionError as refused:
            refuse(form, refused, Act.TRANSFER)
    context = {"session": session, "form": form, "contact": contact_of(session.contact), "had_by": had_by}
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/inbox/_transfer_dialog.html", context, status=status)


def _after_transfer(
    request: ViewerRequest, session: MessagingSession, form: TransferForm, handover: actions.Handover
) -> HttpResponse:
    """Supervisors go on seeing it, and see where it is. All can undo it."""
    answer = into_the_page(_left_of(request, session, form))
    words = _("Transferred to %(place)s.") % {"place": isolated(form.values["to"])}
    return told(answer, undo__offer=offered(Done.TRANSFERRED, actor_of(request), handover, words))


def _left_of(request: ViewerRequest, session: MessagingSession, form: TransferForm) -> HttpResponse:
    still = listed(visible_to(request.user, request.agent)).filter(pk=session.pk).first()
    if request.user.is_supervisor and still:
        return shown(request, still)
    return render(request, "sessions/inbox/_gone.html", form.values)


@require_POST
@viewer_required
def take_over(request: ViewerRequest, pk: int) -> HttpResponse:
    session, notice = directed_session(request, pk), ""
    try:
        actions.take_over(session, agent=actor_of(request))
    except actions.ActionError as refused:
        notice = words_for(refused, Act.TAKE_OVER)
    context = opened(request, directed_session(request, pk)) | {"notice": notice}
    return render(request, "sessions/inbox/_session.html", context, status=422 if notice else 200)


@require_POST
@viewer_required
def note(request: ViewerRequest, pk: int) -> HttpResponse:
    session = directed_session(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = {"session": session, "note_form": form, "composer": request.GET.get("composer", "")}
        answer = render(request, "sessions/inbox/_note_form.html", context, status=422)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#note-form", "outerHTML"
        return answer
    actions.add_note(session, agent=actor_of(request), body=form.cleaned_data["body"])
    return thread_update(request, session)


@require_GET
@viewer_required
def people(request: ViewerRequest) -> HttpResponse:
    """Whom a note can mention."""
    others = [one for one in actions.people() if one.user != request.user.pk]
    found = [{"name": one.name, "handle": one.handle, "words": one.words} for one in others]
    return JsonResponse({"people": found})


@require_POST
@viewer_required
def tags(request: ViewerRequest, pk: int) -> HttpResponse:
    session = directed_session(request, pk)
    form = TagsForm(request.POST)
    if form.is_valid():
        actions.set_tags(session, tags=form.cleaned_data["tags"])
    return render(request, "sessions/inbox/_tags.html", opened(request, session))


@require_POST
@agent_required
def archive(request: AgentRequest, pk: int) -> HttpResponse:
    """Answers with the session, and offers to undo it; or says why not."""
    session = session_of(request, pk)
    try:
        actions.archive(session, agent=request.agent)
    except actions.ActionError as refused:
        context = opened(request, session_of(request, pk)) | {"notice": words_for(refused, Act.ARCHIVE)}
        return render(request, "sessions/inbox/_session.html", context, status=422)
    words = _("The session with %(contact)s is archived.") % {
        "contact": isolated(contact_of(session.contact))
    }
    offer = offered(Done.ARCHIVED, request.agent, session, words)
    return told(shown(request, session_of(request, pk)), undo__offer=offer)


@require_POST
@agent_required
def unarchive(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    actions.unarchive(session, agent=request.agent)
    return shown(request, session_of(request, pk))


@require_POST
@agent_required
def unread(request: AgentRequest, pk: int) -> HttpResponse:
    """The agent leaves the session by it, since whoever looks at one has read it."""
    session, notice = session_of(request, pk), ""
    try:
        actions.mark_unread(session, agent=request.agent)
    except actions.NotTheOwner as refused:
        notice = words_for(refused, Act.UNREAD)
    return render(request, "sessions/inbox/_nothing_open.html", {"notice": notice})


def shown(request: ViewerRequest, session: MessagingSession) -> HttpResponse:
    return render(request, "sessions/inbox/_session.html", opened(request, session))


def into_the_page(answer: HttpResponse) -> HttpResponse:
    """From the dialog, which then closes."""
    answer["HX-Retarget"], answer["HX-Reswap"] = "#session", "innerHTML"
    return told(answer, dialog__close=None)
