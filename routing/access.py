"""Who acts: the live extension of whoever is logged in. A page for agents is a 404 for everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase as Response

from accounts.models import User
from routing.models import Extension

Parameters = ParamSpec("Parameters")


class AgentRequest(HttpRequest):
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
