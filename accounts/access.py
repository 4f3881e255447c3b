"""Who may open a page. Every page needs a login already; these narrow it further."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from accounts.models import User

P = ParamSpec("P")


class UserRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


def administrator_required(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[UserRequest, P], HttpResponseBase]:
    """The page does not exist for anybody but administrators."""

    @wraps(view)
    def guarded(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_administrator:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def supervisor_required(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[UserRequest, P], HttpResponseBase]:
    """The page exists for administrators and supervisors; what each sees there is a queryset's business."""

    @wraps(view)
    def guarded(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not (request.user.is_administrator or request.user.is_supervisor):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def extension_of(user: User) -> Model | None:
    """The user's live extension. (routing, which defines it, stands to the right of this app.)"""
    extension = getattr(user, "extension", None)
    return None if extension is None or extension.archived_at else extension
