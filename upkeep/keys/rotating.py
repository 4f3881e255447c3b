"""Encrypts anew, by the first of CREDENTIALS_KEYS, all that is stored encrypted: then the others may go.

Row by row, each by a statement that changes nothing if somebody else has: it can be ended at any moment, and
be run again, beside a running installation.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from channels.encryption import EncryptedJSONField
from pbx_messaging.encryption import decrypt, encrypt

BATCH = 500
Change = Callable[[str], str]


@dataclass
class Rotated:
    """Values that were encrypted anew, that were already, and where the ones lie that no key opens."""

    changed: int = 0
    fine: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate() -> Rotated:
    done = Rotated()
    for model, column, change in _columns():
        for pk, value in _values(model, column):
            _put(done, model, pk, column, value, change)
    return done


def _columns() -> Iterator[tuple[type[models.Model], str, Change]]:
    """Each with what makes a stored value new."""
    for model in apps.get_models():
        for one in model._meta.concrete_fields:
            if isinstance(one, EncryptedJSONField):
                yield model, one.attname, _renewed
    yield Authenticator, "data", _renewed_data


def _values(model: type[models.Model], column: str) -> Iterator[tuple[int, str]]:
    """As they are stored. Some ids at a time, so that no row is held in between."""
    key, last = model._meta.pk.attname, 0
    name = connection.ops.quote_name
    select = f"CAST({name(column)} AS text)"
    asked = (
        f"SELECT {name(key)}, {select} FROM {name(model._meta.db_table)} "  # noqa: S608  ours
        f"WHERE {name(key)} > %s ORDER BY {name(key)} LIMIT {BATCH}"
    )
    while True:
        with connection.cursor() as cursor:
            cursor.execute(asked, [last])
            rows = cursor.fetchall()
        if not rows:
            return
        yield from ((pk, value) for pk, value in rows if value is not None)
        last = rows[-1][0]


def _put(done: Rotated, model: type[models.Model], pk: int, column: str, value: str, change: Change) -> None:
    try:
        new = change(value)
    except InvalidToken:
        done.unreadable.append(f"{model._meta.verbose_name} {pk}")
        return
    if new == value:
        done.fine += 1
        return
    name, table, key = connection.ops.quote_name, model._meta.db_table, model._meta.pk.attname
    placed = "%s::jsonb" if connection.vendor == "postgresql" and column == "data" else "%s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name(table)} SET {name(column)} = {placed} "  # noqa: S608  ours
            f"WHERE {name(key)} = %s AND CAST({name(column)} AS text) = %s",
            [new, pk, value],
        )
    done.changed += 1


def _renewed(token: str) -> str:
    """Raises `InvalidToken` where no key fits."""
    return token if _is_by_first(token) else encrypt(decrypt(token))


def _renewed_data(stored: str) -> str:
    """Of a second factor: what is encrypted in it are the TOTP's secret and the seed of recovery codes."""
    data = json.loads(stored)
    new = {name: _renewed_part(part) for name, part in data.items()}
    return stored if new == data else json.dumps(new)


def _renewed_part(part: Any) -> Any:
    if isinstance(part, list):
        return [_renewed_part(one) for one in part]
    if isinstance(part, str) and _is_token(part):
        return _renewed(part)
    return part


def _is_token(text: str) -> bool:
    """Fernet's version byte and a time of this century begin all tokens alike."""
    return text.startswith("gAAAAA")


def _is_by_first(token: str) -> bool:
    try:
        Fernet(settings.CREDENTIALS_KEYS[0]).decrypt(token)
    except InvalidToken:
        return False
    return True
