"""The agents' page: the lists at the left, the open session beside them. Fragments are asked for by htmx.

Supervisors read along: the same page without what an agent does.
"""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.ids import read_id
from routing.access import ViewerRequest, viewer_required
from sessions import actions
from sessions.contacts.lookup import contact_names
from sessions.inbox import lists
from sessions.inbox.asking import Asked, Show, Viewer
from sessions.inbox.filters import chips_of
from sessions.inbox.lists import Group, GroupName
from sessions.inbox.loads import load_of
from sessions.inbox.scheduled import list_for
from sessions.inbox.shown_session import opened, visible_session
from sessions.models import ListSettings, SavedView
from sessions.queries import numbers_of
from sessions.search.hits import hits_in


@require_GET
@vary_on_headers("HX-Request")
@viewer_required
def index(request: ViewerRequest, pk: int | None = None) -> HttpResponse:
    """The page; where it is there already, what its right side is to show."""
    session = visible_session(request, pk) if pk is not None else None
    context = opened(request, session) if session else {}
    if request.htmx:
        template = "sessions/inbox/_session.html" if session else "sessions/inbox/_nothing_open.html"
        return render(request, template, context)
    return render(request, "sessions/inbox/inbox.html", inbox_context(request) | context)


@require_GET
@viewer_required
def session_list(request: ViewerRequest) -> HttpResponse:
    """The lists for what the URL asks."""
    return render(request, "sessions/inbox/_session_list.html", inbox_context(request))


@require_GET
@viewer_required
def page(request: ViewerRequest, group: GroupName) -> HttpResponse:
    """The next rows of one list."""
    asked = Asked.of(request.GET)
    found = lists.page_of(group, viewer_of(request), asked, before=request.GET.get("before", ""))
    return render(
        request, "sessions/inbox/_rows.html", rows_context(request, asked, [found]) | {"group": found}
    )


@require_GET
@viewer_required
def rows(request: ViewerRequest) -> HttpResponse:
    """Where sessions that changed stand now: those that no list shows any more are left out."""
    ids = [pk for text in request.GET.getlist("session")[: lists.ROWS_MOST] if (pk := read_id(text))]
    viewer, asked = viewer_of(request), Asked.of(request.GET)
    groups = lists.rows_of(ids, viewer, asked)
    return render(request, "sessions/inbox/_rows_update.html", rows_context(request, asked, groups))


def inbox_context(request: ViewerRequest) -> dict[str, Any]:
    """All that the left pane shows."""
    viewer, asked = viewer_of(request), Asked.of(request.GET)
    if asked.show is Show.TEAM and not viewer.user.is_supervisor:
        asked = replace(asked, show=Show.OPEN)
    context = rows_context(request, asked, lists.groups_of(viewer, asked))
    return context | {
        "chips": chips_of(viewer, asked),
        "views": list(SavedView.objects.filter(user=viewer.user)),
        "lists": viewer.lists,
        "scheduled": list_for(viewer, asked) if asked.show is Show.LATER and not asked.text else None,
        "load": load_of(viewer) if asked.show is Show.TEAM else None,
        "may_start": request.agent is not None and numbers_of(request.agent).exists(),
    }


def rows_context(request: ViewerRequest, asked: Asked, groups: list[Group]) -> dict[str, Any]:
    """What rows need: whose they are, what their contacts are called, and why a search found them."""
    sessions = [session for group in groups for session in group.rows]
    return {
        "agent": request.agent,
        "asked": asked,
        "groups": groups,
        "names": contact_names(session.contact for session in sessions),
        "hits": hits_in(sessions, asked.text),
        "mentions_to_see": actions.mentions_to_see(request.user),
    }


def viewer_of(request: ViewerRequest) -> Viewer:
    settings = ListSettings.objects.filter(user=request.user).first()
    return Viewer(request.user, request.agent, settings or ListSettings(user=request.user))
