"""Who acts: the live extension of whoever is logged in; and who may look on.

A page for agents is a 404 for everybody else; some of them open for supervisors too.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase as Response
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from routing.models import Extension

Parameters = ParamSpec("Parameters")


class ViewerRequest(HttpRequest):
    """A request of an agent, or of a supervisor, who may have an extension too."""

    user: User
    agent: Extension | None
    htmx: HtmxDetails


class AgentRequest(ViewerRequest):
    """A request whose extension is known."""

    agent: Extension


def agent_of(request: HttpRequest) -> Extension | None:
    """The extension that the request's login acts for."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    return Extension.objects.live().filter(user=user).first()


def agent_required(
    view: Callable[Concatenate[AgentRequest, Parameters], Response],
) -> Callable[Concatenate[HttpRequest, Parameters], Response]:
    @wraps(view)
    def checked(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        agent = agent_of(request)
        if agent is None:
            raise Http404
        acting = cast(AgentRequest, request)
        acting.agent = agent
        return view(acting, *args, **kwargs)

    return checked


def viewer_required(
    view: Callable[Concatenate[ViewerRequest, Parameters], Response],
) -> Callable[Concatenate[HttpRequest, Parameters], Response]:
    @wraps(view)
    def checked(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        agent = agent_of(request)
        if agent is None and not is_supervisor(request):
            raise Http404
        looking = cast(ViewerRequest, request)
        looking.agent = agent
        return view(looking, *args, **kwargs)

    return checked


def member_required(
    view: Callable[Concatenate[ViewerRequest, Parameters], Response],
) -> Callable[Concatenate[HttpRequest, Parameters], Response]:
    """For agents, supervisors and administrators: all who have work here."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        agent = agent_of(request)
        if agent is None and not is_supervisor(request) and not is_administrator(request):
            raise Http404
        looking = cast(ViewerRequest, request)
        looking.agent = agent
        return view(looking, *args, **kwargs)

    return checked


def is_administrator(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_administrator


def is_supervisor(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_supervisor
