"""All that changes a user."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.access import extension_of
from accounts.directions import isolated
from accounts.gone import Gone
from accounts.models import Role, User


class Refused(Exception):
    """Would leave the system without something that it needs; its text says what to do first.

    `field`: of the user's form, where that was chosen.
    """

    def __init__(self, words: str, field: str = "role") -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def create_user(*, username: str, password: str, invite: bool = False, **details: Any) -> User:
    """`details` are further fields of the user. Who is invited sets the password by a link."""
    user = User(username=username, **details)
    user.set_password(None if invite else password)
    user.save()
    if invite:
        invitations.invite(user)
    return user


@transaction.atomic
def update_user(user: User, *, password: str = "", was_active: bool = False, **values: Any) -> User:
    """Sets the given fields; an empty password keeps the present one. Raises `Refused`.

    `was_active`: as whoever edits it saw it. Raises `Gone` if it was deleted since then.
    """
    administrators = _administrators()
    if was_active and not User.objects.select_for_update(no_key=True).get(pk=user.pk).is_active:
        raise Gone
    for field, value in values.items():
        setattr(user, field, value)
    if password:
        user.set_password(password)
    if not user.is_active and extension_of(user) and User.objects.filter(pk=user.pk, is_active=True).exists():
        words = _("This is the login of extension %s. Deactivate it there: its sessions need another place.")
        raise Refused(words % isolated(extension_of(user)), "is_active")
    if not (user.is_active and user.is_administrator):
        _require_another(user, administrators)
    user.save(update_fields=[*values, *(["password"] if password else [])])
    # Where allauth has remembered an address: the former one must not reset the password any more.
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    return user


@transaction.atomic
def deactivate_user(user: User, *, by: User) -> None:
    """Ends the user's access; the row stays. Raises `Refused`."""
    if user == by:
        raise Refused(_("This is you. Another administrator can delete you."))
    extension = extension_of(user)
    if extension is not None:
        raise Refused(
            _("This is the login of extension %s. Delete the extension first.") % isolated(extension)
        )
    deactivate_login(user)


def deactivate_login(user: User) -> None:
    """The user is logged out and can't log in. Raises `Refused`."""
    _require_another(user, _administrators())
    user.is_active = False
    user.save(update_fields=["is_active"])


def activate_login(user: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])


def _administrators() -> set[int]:
    """Those that are active, locked: before any other user and in one order, or two changes would be in each
    other's way. What names them, such as an entry of the audit log, needs not wait.
    """
    active = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    return set(active.select_for_update(no_key=True).values_list("pk", flat=True))


def _require_another(user: User, administrators: set[int]) -> None:
    if administrators == {user.pk}:
        raise Refused(_("This is the only active administrator. Make another user an administrator first."))
