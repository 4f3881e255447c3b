"""Stores the extensions that an import has read."""

from collections.abc import Iterable

from django.db import transaction

from accounts import actions as accounts
from accounts.models import Invitation
from pbx_messaging.nudges import nudge
from routing import actions
from routing.extension_import import ExtensionRow
from routing.models import Extension


@transaction.atomic
def import_extensions(rows: Iterable[ExtensionRow]) -> int:
    """All or nothing. Returns how many new logins were invited to set a password.

    Raises `IntegrityError` when a number or a login is taken meanwhile.
    """
    invited = [pk for row in sorted(rows, key=lambda row: row.number) if (pk := _store(row))]
    if invited:
        transaction.on_commit(lambda: nudge("accounts.tasks.mail_invitations", invited[0], invited[-1]))
    return len(invited)


def _store(row: ExtensionRow) -> int | None:
    """The id of the invitation, if there is one."""
    extension = row.present or _added(row)
    if row.present or row.user:
        login = {"username": row.username, "email": extension.user.email if row.email is None else row.email}
        actions.update_extension(extension, number=row.number, name=row.name, **login)
    _set_active(extension, row)
    _set_queues(extension, row)
    is_new = row.user is None and extension.user.is_active
    return Invitation.objects.values_list("pk", flat=True).get(user=extension.user) if is_new else None


def _added(row: ExtensionRow) -> Extension:
    if row.user:
        return actions.create_extension(number=row.number, name=row.name, user=row.user)
    return actions.create_extension(
        number=row.number,
        name=row.name,
        username=row.username,
        email=row.email or "",
        invite=row.active is not False,
    )


def _set_active(extension: Extension, row: ExtensionRow) -> None:
    """A new one can come without a working login; one that has sessions is deactivated on its own page."""
    if row.active and not extension.user.is_active:
        accounts.activate_login(extension.user)
    elif row.active is False and extension.user.is_active and row.present is None:
        accounts.deactivate_login(extension.user)


def _set_queues(extension: Extension, row: ExtensionRow) -> None:
    if row.queues is None:
        return
    present = set(extension.queues.live())
    extension.queues.remove(*present - set(row.queues))
    extension.queues.add(*set(row.queues) - present)
