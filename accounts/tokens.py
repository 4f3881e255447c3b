"""API tokens: made once, shown once, stored as SHA-256; and whom a request's bearer token stands for.

Each has an end, and none passes what its user's own login does not pass.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import extension_of
from accounts.models import ApiToken, User
from accounts.pasted import cleaned
from accounts.token_refusals import Refusal
from accounts.two_step import admitted

PREFIX = "pbx_"  # by which secret scanners and people recognise a token
USE_NOTED_EVERY = timedelta(minutes=1)
LIVES_DAYS = 365  # unless something else is chosen


def create_token(
    user: User, *, name: str, scope: str = ApiToken.Scope.SEND, days: int = LIVES_DAYS
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can read again. It ends after so many days."""
    token = PREFIX + secrets.token_urlsafe(32)
    end = timezone.now() + timedelta(days=days)
    made = ApiToken.objects.create(
        user=user, name=name, scope=scope, token_hash=hash_of(token), expires_at=end
    )
    return made, token


def revoke(token: ApiToken) -> None:
    """From now on it is refused; the row stays, for the list."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])


def may_use_tokens(user: User) -> bool:
    """Whoever has something to see by them: a live extension, or the queues of a supervisor."""
    return extension_of(user) is not None or user.is_supervisor


def usable() -> QuerySet[ApiToken]:
    """Those that are accepted now."""
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), user__in=admitted())


def shown_hash(header: str) -> str:
    """Of the token in an `Authorization` header; "" if there is none."""
    scheme, _space, secret = header.partition(" ")
    return hash_of(cleaned(secret, is_code=True)) if scheme.lower() == "bearer" and secret else ""


def token_of(header: str) -> ApiToken | None:
    """The valid token of an `Authorization` header with its user; notes the use."""
    shown = shown_hash(header)
    found = usable().select_related("user__extension").filter(token_hash=shown).first() if shown else None
    if found is None or not may_use_tokens(found.user):
        return None
    _note_use(found)
    return found


def refusal_of(token_hash: str) -> Refusal:
    """Why a token is good for nothing; told to nobody but who has it."""
    found = ApiToken.objects.select_related("user__extension").filter(token_hash=token_hash).first()
    if not token_hash or found is None:
        return Refusal.UNKNOWN
    if found.revoked_at:
        return Refusal.REVOKED
    if found.has_ended:
        return Refusal.ENDED
    if not found.user.is_active:
        return Refusal.INACTIVE
    if not admitted().filter(pk=found.user_id).exists():
        return Refusal.TWO_STEP
    return Refusal.UNKNOWN if may_use_tokens(found.user) else Refusal.NOTHING_TO_SEE


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
