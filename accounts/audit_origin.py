"""Who acts in this request, and from where; for the audit log."""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User


@dataclass(frozen=True)
class Origin:
    """`entries` are the ids of those that the request has written, by kind and id of their object."""

    request: HttpRequest | None = None
    by: User | None = None
    entries: dict[tuple[str, int | None], int] = field(default_factory=dict)

    @property
    def user(self) -> User | None:
        """Read when it is asked for: a webhook looks nobody up."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else self.by

    @property
    def address(self) -> str | None:
        return address_of(self.request) if self.request else None


_current: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


def origin() -> Origin:
    """Outside of requests PBX itself acts, and entries are not joined."""
    return _current.get() or Origin()


@contextmanager
def acting(user: User) -> Iterator[None]:
    """Outside of requests: what a worker does because somebody has asked for it is that person's doing."""
    token = _current.set(_current.get() or Origin(by=user))
    try:
        yield
    finally:
        _current.reset(token)


def address_of(request: HttpRequest) -> str | None:
    """The client's address; from a proxy's header only where the proxy is trusted, and only what it added."""
    text = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY_HEADERS and (forwarded := request.headers.get("X-Forwarded-For")):
        text = forwarded.rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


class AuditOriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _current.set(Origin(request))
        try:
            return self.get_response(request)
        finally:
            _current.set(None)
