"""All that changes a user."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import extension_of
from accounts.models import Role, User


class Refused(Exception):
    """Would leave the system without something that it needs; its text says what to do first."""


@transaction.atomic
def create_user(*, username: str, password: str, **details: Any) -> User:
    """`details` are further fields of the user."""
    user = User(username=username, **details)
    user.set_password(password)
    user.save()
    return user


@transaction.atomic
def update_user(user: User, *, password: str = "", **values: Any) -> User:
    """Sets the given fields; an empty password keeps the present one. Raises `Refused`."""
    for field, value in values.items():
        setattr(user, field, value)
    if password:
        user.set_password(password)
    if not (user.is_active and user.is_administrator):
        _require_another_administrator(user)
    user.save()
    return user


@transaction.atomic
def deactivate_user(user: User, *, by: User) -> None:
    """Ends the user's access; the row stays. Raises `Refused`."""
    if user == by:
        raise Refused(_("This is you. Another administrator can delete you."))
    extension = extension_of(user)
    if extension is not None:
        raise Refused(_("This is the login of extension %s. Delete the extension first.") % extension)
    _require_another_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])


def _require_another_administrator(user: User) -> None:
    administrators = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if set(administrators.values_list("pk", flat=True)) == {user.pk}:
        raise Refused(_("This is the only active administrator. Make another user an administrator first."))
