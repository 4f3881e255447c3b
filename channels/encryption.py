"""A model field that is encrypted at rest."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from pbx_messaging.encryption import decrypt, encrypt
from pbx_messaging.said import as_json, from_json


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


class EncryptedSaidField(EncryptedJSONField):
    """With words in it that are stored by their codes."""

    def get_prep_value(self, value: Any) -> str | None:
        return super().get_prep_value(as_json(value))

    def from_db_value(self, *stored: Any) -> Any:
        return from_json(super().from_db_value(*stored))

    def deconstruct(self) -> Any:
        name, _path, arguments, options = super().deconstruct()
        return name, "channels.encryption.EncryptedJSONField", arguments, options
