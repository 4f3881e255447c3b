"""Stores extensions that an import has read, with logins and queues: so many statements, however many."""

import copy
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, mailing
from accounts.models import Invitation, Role, User
from imports.kinds import Stored
from pbx_messaging.nudges import nudge
from routing.extension_rows import ExtensionRow
from routing.models import Extension, MessageQueue

Membership: Any = MessageQueue.agents.through


def store(rows: Sequence[ExtensionRow], *, by: User) -> Stored:
    """Within a transaction. Raises `IntegrityError` when somebody else was faster."""
    rows = sorted(rows, key=lambda row: row.number)  # so that no two imports block each other
    new = [row for row in rows if row.user is None]
    invited = _add_logins(new)
    _lock(row.present for row in rows)
    noted = _change_logins([row for row in rows if row not in new])
    noted += _store_extensions(rows)
    noted += _set_queues(rows)
    audit.note_all(_joined(noted), by=by)
    return Stored(invitations=_tell(invited))


def _add_logins(rows: Sequence[ExtensionRow]) -> list[Invitation]:
    """Agents, each with a link for setting a password; who comes switched off gets none."""
    password = make_password(None)  # none that works, until the link is used
    for row in rows:
        row.user = User(
            username=row.username,
            email=row.email or "",
            first_name=row.name,
            role=Role.AGENT,
            is_active=row.active is not False,
            password=password,
        )
    users = User.objects.bulk_create([row.user for row in rows if row.user])
    until = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
    return Invitation.objects.bulk_create(
        Invitation(user=user, expires_at=until) for user in users if user.is_active
    )


def _lock(extensions: Iterable[Extension | None]) -> None:
    pks = sorted(one.pk for one in extensions if one)
    live = Extension.objects.live().select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    if len(live.values_list("pk")) != len(pks):
        raise IntegrityError("an extension was deleted")


def _change_logins(rows: Sequence[ExtensionRow]) -> "list[tuple[Any, audit.Changes]]":
    """What the file has no column for stays. The former address must not reset the password any more."""
    changed, noted = [], []
    for row in rows:
        assert row.user  # noqa: S101 (the reading found it)
        before = copy.copy(row.user)
        row.user.username = row.username
        row.user.email = before.email if row.email is None else row.email
        row.user.is_active = before.is_active if row.active is None else row.active
        if changes := audit.changes_of(before, row.user):
            changed.append(row.user)
            noted.append((row.user, changes))
    User.objects.bulk_update(changed, ["username", "email", "is_active"])
    emails = {user.pk: user.email.lower() for user in changed}
    remembered = EmailAddress.objects.filter(user__in=emails).values_list("pk", "user_id", "email")
    former = [pk for pk, user, email in remembered if email.lower() != emails[user]]
    EmailAddress.objects.filter(pk__in=former).delete()
    return noted


def _store_extensions(rows: Sequence[ExtensionRow]) -> "list[tuple[Any, audit.Changes]]":
    """New ones, and such that a user had before; of others the name may change."""
    new, changed, noted = [], [], []
    for row in rows:
        there = row.present or _former(row)
        if there is None:
            row.present = Extension(number=row.number, name=row.name, user=row.user)
            new.append(row.present)
            continue
        before = copy.copy(there)
        there.number, there.name, there.archived_at = row.number, row.name, None
        row.present = there
        if changes := audit.changes_of(before, there):
            changed.append(there)
            changes.pop("archived_at", None)
            noted.append((there, changes))
    Extension.objects.bulk_update(changed, ["number", "name", "archived_at"])
    Extension.objects.bulk_create(new)
    return noted


def _former(row: ExtensionRow) -> Extension | None:
    """One that the user had before; it was read with the user, so this asks nobody."""
    assert row.user  # noqa: S101 (the reading found it, or it is new)
    found: Extension | None = row.user._state.fields_cache.get("extension")
    return found


def _set_queues(rows: Iterable[ExtensionRow]) -> "list[tuple[Any, audit.Changes]]":
    wanted = {row.present.pk: row.queues for row in rows if row.present and row.queues is not None}
    live = {queue.pk: queue.name for queue in MessageQueue.objects.live()}
    present = Membership.objects.filter(extension_id__in=wanted, messagequeue_id__in=live)
    rows_of: dict[tuple[int, int], int] = {
        (extension, queue): pk
        for pk, extension, queue in present.values_list("pk", "extension_id", "messagequeue_id")
    }
    asked = {(pk, queue.pk) for pk, queues in wanted.items() for queue in queues}
    Membership.objects.filter(pk__in=[pk for pair, pk in rows_of.items() if pair not in asked]).delete()
    more = sorted(asked - rows_of.keys())
    new = [Membership(extension_id=extension, messagequeue_id=queue) for extension, queue in more]
    Membership.objects.bulk_create(new, ignore_conflicts=True)
    return list(_queues_noted(rows, more, rows_of.keys() - asked, live))


def _queues_noted(
    rows: Iterable[ExtensionRow],
    added: Iterable[tuple[int, int]],
    removed: Iterable[tuple[int, int]],
    names: dict[int, str],
) -> "Iterable[tuple[Any, audit.Changes]]":
    said: dict[int, dict[str, list[str]]] = {}
    for verb, pairs in (("added", added), ("removed", removed)):
        for extension, queue in pairs:
            said.setdefault(extension, {}).setdefault(verb, []).append(names.get(queue, str(queue)))
    for row in rows:
        if row.present and row.outcome == "change" and row.present.pk in said:
            yield row.present, {"queues": said[row.present.pk]}


def _joined(noted: "Iterable[tuple[Any, audit.Changes]]") -> "list[tuple[Any, audit.Changes]]":
    """One line of the audit log for each object."""
    lines: dict[tuple[type, int], tuple[Any, audit.Changes]] = {}
    for one, changes in noted:
        lines.setdefault((type(one), one.pk), (one, {}))[1].update(changes)
    return list(lines.values())


def _tell(invited: Sequence[Invitation]) -> list[int]:
    """The ids of those that nobody is mailed."""
    mailed = [one.pk for one in invited if mailing.can_reach(one.user)]
    if mailed:
        transaction.on_commit(lambda: nudge("accounts.tasks.mail_invitations", min(mailed), max(mailed)))
    return [one.pk for one in invited if not mailing.can_reach(one.user)]
