"""All that changes extensions and message queues; archiving them is the business of sessions."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import actions as accounts
from accounts.audit import set_rows
from accounts.gone import hold
from accounts.models import Role, User
from routing.models import ClosedDay, Extension, MessageQueue, OpeningHours
from routing.schedule import Closed, Span


@transaction.atomic
def create_user(*, supervised_queues: Iterable[MessageQueue] = (), **values: Any) -> User:
    """`values` as of `accounts.actions.create_user`."""
    user = accounts.create_user(**values)
    user.supervised_queues.set(supervised_queues)
    return user


@transaction.atomic
def update_user(user: User, *, supervised_queues: Iterable[MessageQueue] = (), **values: Any) -> User:
    """`values` as of `accounts.actions.update_user`. Raises `Refused`."""
    accounts.update_user(user, **values)
    user.supervised_queues.set(supervised_queues)
    return user


@transaction.atomic
def create_extension(
    *,
    number: str,
    name: str,
    user: User | None = None,
    username: str = "",
    email: str = "",
    password: str = "",
    invite: bool = False,
) -> Extension:
    """With the login `user`, or with a new one, who is an agent. A user's deleted extension comes back."""
    if user is None:
        user = accounts.create_user(
            username=username,
            email=email,
            password=password,
            invite=invite,
            first_name=name,
            role=Role.AGENT,
        )
    details = {"number": number, "name": name, "archived_at": None}
    return Extension.objects.update_or_create(user=user, defaults=details)[0]


@transaction.atomic
def update_extension(extension: Extension, *, number: str, name: str, **login: Any) -> Extension:
    """`login`: username, email, password; an empty password keeps the present one. Raises `Gone`."""
    hold(extension)
    extension.number, extension.name = number, name
    extension.save(update_fields=["number", "name"])
    accounts.update_user(extension.user, **login)
    return extension


@transaction.atomic
def create_queue(
    *,
    agents: Iterable[Extension],
    opening_hours: Iterable[Span] = (),
    closed_days: Iterable[Closed] = (),
    **values: Any,
) -> MessageQueue:
    """`values`: further fields of the queue. Raises `IntegrityError` if a place was archived meanwhile."""
    queue = MessageQueue.objects.create(**values)
    return _arrange(queue, agents, opening_hours, closed_days)


@transaction.atomic
def update_queue(
    queue: MessageQueue,
    *,
    agents: Iterable[Extension],
    opening_hours: Iterable[Span] = (),
    closed_days: Iterable[Closed] = (),
    **values: Any,
) -> MessageQueue:
    """As `create_queue`. Raises `Gone`."""
    hold(queue)
    for name, value in values.items():
        setattr(queue, name, value)
    queue.save(update_fields=[*values])
    return _arrange(queue, agents, opening_hours, closed_days)


def _arrange(
    queue: MessageQueue, agents: Iterable[Extension], hours: Iterable[Span], closed: Iterable[Closed]
) -> MessageQueue:
    queue.agents.set(agents)
    set_rows(queue, "opening_hours", [OpeningHours(queue=queue, **span._asdict()) for span in hours])
    set_rows(queue, "closed_days", [ClosedDay(queue=queue, **day._asdict()) for day in closed])
    gone = Q(overflow_extension__archived_at__isnull=False) | Q(overflow_queue__archived_at__isnull=False)
    if MessageQueue.objects.filter(gone, pk=queue.pk).exists():
        raise IntegrityError("where it overflows to was archived")
    return queue
