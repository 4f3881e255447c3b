"""API tokens: made once, shown once, stored as SHA-256; and whom a request's bearer token stands for."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.access import extension_of
from accounts.models import ApiToken, User
from accounts.pasted import cleaned

PREFIX = "pbx_"  # by which secret scanners and people recognise a token
USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(user: User, *, name: str, scope: str = ApiToken.Scope.SEND) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(user=user, name=name, scope=scope, token_hash=hash_of(token)), token


def revoke(token: ApiToken) -> None:
    """From now on it is refused; the row stays, for the list."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])


def may_use_tokens(user: User) -> bool:
    """Whoever has something to see by them: a live extension, or the queues of a supervisor."""
    return extension_of(user) is not None or user.is_supervisor


def token_of(header: str) -> ApiToken | None:
    """The valid token of an `Authorization` header with its user, who must be active; notes the use."""
    scheme, _space, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    tokens = ApiToken.objects.filter(revoked_at=None, user__is_active=True)
    found = (
        tokens.select_related("user__extension")
        .filter(token_hash=hash_of(cleaned(secret, is_code=True)))
        .first()
    )
    if found is None or not may_use_tokens(found.user):
        return None
    _note_use(found)
    return found


def hash_of(token: str) -> str:
    """A token has 256 random bits, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _note_use(token: ApiToken) -> None:
    """At most one write a minute, whoever asks at once."""
    now = timezone.now()
    if token.last_used_at and token.last_used_at > now - USE_NOTED_EVERY:
        return
    old = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=now)
