"""All that changes extensions and message queues; archiving them is the business of sessions."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts import actions as accounts
from accounts.models import Role, User
from routing.models import Extension, MessageQueue


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
    """`login`: username, email, password; an empty password keeps the present one."""
    extension.number, extension.name = number, name
    extension.save(update_fields=["number", "name"])
    accounts.update_user(extension.user, **login)
    return extension


@transaction.atomic
def create_queue(*, name: str, pickup_mode: str, agents: Iterable[Extension]) -> MessageQueue:
    queue = MessageQueue.objects.create(name=name, pickup_mode=pickup_mode)
    queue.agents.set(agents)
    return queue


@transaction.atomic
def update_queue(
    queue: MessageQueue, *, name: str, pickup_mode: str, agents: Iterable[Extension]
) -> MessageQueue:
    queue.name, queue.pickup_mode = name, pickup_mode
    queue.save(update_fields=["name", "pickup_mode"])
    queue.agents.set(agents)
    return queue
