"""Encrypted at rest: model fields over MultiFernet, keyed by `CREDENTIALS_KEYS`.

The first key encrypts, every key decrypts, so that keys can be rotated. A wrong key raises
`InvalidToken`: it never passes ciphertext off as a value.
"""

import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression


@cache
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` when no key fits."""
    return _fernet().decrypt(ciphertext.encode()).decode()


class EncryptedJSONField(models.Field[Any, Any]):
    """Any JSON value, stored as one Fernet token. It can't be searched by."""

    def get_internal_type(self) -> str:
        return "TextField"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(json.dumps(value))

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Any:
        return None if value is None else json.loads(decrypt(value))
