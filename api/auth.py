"""Who asks: the user of a bearer token. A browser's cookie counts for nothing here."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from ninja.security import HttpBearer

from accounts.access import extension_of
from accounts.models import ApiToken, User
from accounts.tokens import refusal_of, shown_hash, token_of
from api import rate
from api.problems import Problem, unauthenticated
from api.rate import Rate
from routing.models import Extension
from sessions.actions import Actor

READING = frozenset({"GET", "HEAD"})


class ApiRequest(HttpRequest):
    """`agent` is the extension that the token acts for; a supervisor may have none."""

    auth: ApiToken
    user: User
    agent: Extension | None
    rate: Rate | None


class Bearer(HttpBearer):
    """A token of the Authorization header; it also counts the request, and checks the token's scope."""

    def __call__(self, request: HttpRequest) -> ApiToken:
        header = request.headers.get("Authorization", "")
        token = token_of(header)
        if token is None:
            raise unauthenticated(refusal_of(shown_hash(header)))
        return self.admit(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        raise NotImplementedError  # the parent splits the header; `token_of` does that already

    def admit(self, request: HttpRequest, token: ApiToken) -> ApiToken:
        asked = rate.count(token.pk)
        request.rate = asked  # type: ignore[attr-defined]
        if asked and asked.is_exceeded:
            words = ngettext(
                "This token may ask %(limit)d time a minute. Go on in %(reset)d s.",
                "This token may ask %(limit)d times a minute. Go on in %(reset)d s.",
                asked.limit,
            )
            detail: Any = words % {"limit": asked.limit, "reset": asked.reset_s}
            raise Problem(429, "rate_limited", _("Too many requests."), detail)
        if token.scope == ApiToken.Scope.READ and request.method not in READING:
            title, detail = _("This token only reads."), _("Make a token with the scope “Read and send”.")
            headers = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="send"'}
            raise Problem(403, "insufficient_scope", title, detail, headers=headers)
        request.user = token.user
        request.agent = extension_of(token.user)  # type: ignore[attr-defined]
        return token


def acting(request: ApiRequest) -> Extension:
    """The extension that writes. Who has none reads only."""
    if request.agent is None:
        detail = _("Only agents write. Have a session transferred to an extension of yours.")
        raise Problem(403, "read_only", _("You have no extension."), detail)
    return request.agent


def directing(request: ApiRequest) -> Actor:
    """Who hands sessions over and writes notes: the extension, or a supervisor who has none."""
    return request.user if request.agent is None and request.user.is_supervisor else acting(request)
