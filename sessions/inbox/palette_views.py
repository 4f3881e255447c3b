"""What the command palette finds in the database; what can be done, and where to go, the page knows."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.ids import read_id
from accounts.pasted import cleaned
from routing.access import ViewerRequest, viewer_required
from sessions.contacts.lookup import contacts_like
from sessions.inbox import lists, orders
from sessions.inbox.asking import Asked
from sessions.inbox.lists import GroupName
from sessions.inbox.views import rows_context, viewer_of
from sessions.models import Contact, MessagingSession
from sessions.queries import visible_to
from sessions.search.finding import TEXT_MOST

FOUND_MOST = 6  # of each kind
LATELY_MOST = 8  # of each kind that are asked for by their ids


@require_GET
@viewer_required
def palette(request: ViewerRequest) -> HttpResponse:
    """Sessions and contacts that a text finds; without one, those of the ids, as far as one may see them."""
    asked = Asked(text=cleaned(request.GET.get("q", "").replace("\0", ""))[:TEXT_MOST])
    if asked.text:
        found = lists.page_of(GroupName.FOUND, viewer_of(request), asked).rows[:FOUND_MOST]
        contacts = contacts_like(asked.text, most=FOUND_MOST)
    else:
        found = _sessions(request)
        contacts = list(Contact.objects.filter(pk__in=_ids(request, "contact")))
    groups = [lists.Group(GroupName.FOUND, orders.NEWEST, found)]
    context = rows_context(request, asked, groups) | {"sessions": found, "contacts": contacts}
    return render(request, "sessions/inbox/palette/_found.html", context)


def _sessions(request: ViewerRequest) -> list[MessagingSession]:
    sessions = visible_to(request.user, request.agent).filter(pk__in=_ids(request, "session"))
    return list(lists.as_rows(sessions, viewer_of(request)))


def _ids(request: ViewerRequest, name: str) -> list[int]:
    texts = request.GET.getlist(name)[:LATELY_MOST]
    return [pk for text in texts if (pk := read_id(text)) is not None]
