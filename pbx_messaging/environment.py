"""The environment as settings read it: what is empty is not set, what can't be used is said in a sentence."""

import json
import math
from collections.abc import Callable
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

TEXT = "a text"
KINDS: dict[Callable[..., Any], str] = {
    int: "a whole number, not below 0",
    float: "a number, not below 0",
    bool: "True or False",
    list: "words, separated by commas",
    json.loads: "JSON in one line",
}
DATABASE = "the address of a database, such as postgres://USER:PASSWORD@HOST:5432/NAME"
MAIL = "the address of a mail server, such as smtp+tls://USER:PASSWORD@HOST:587"
BOOLEANS = {*environ.Env.BOOLEAN_TRUE_STRINGS, "false", "off", "no", "n", "0"}
UNUSABLE = (ValueError, TypeError, KeyError, ImproperlyConfigured)


class Environment(environ.Env):  # type: ignore[misc]
    """Raises `ImproperlyConfigured` with the variable's name; without its value, which may be a secret."""

    def __call__(self, var: str, **options: Any) -> Any:
        return self.get_value(var, **options)

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        text = self.ENVIRON.get(var, "")
        if not text.strip() and default is not self.NOTSET:
            return default
        if var not in self.ENVIRON:
            raise ImproperlyConfigured(f"{var} is not set. Set it; see .env.example.")
        try:
            if cast is bool and text.strip().lower() not in BOOLEANS:
                raise ValueError(text)
            found = super().get_value(var, cast, default, parse_default)
            if cast in {int, float} and not 0 <= found < math.inf:
                raise ValueError(text)
        except UNUSABLE as error:
            raise _unusable(var, KINDS.get(cast, TEXT)) from error
        return found

    def email(self, var: str, default: str) -> dict[str, Any]:
        return _read(var, self.get_value(var, default=default), super().email_url_config, MAIL)


def database(var: str, url: str) -> dict[str, Any]:
    """What a database's URL, of this variable, says. Raises `ImproperlyConfigured`."""
    return _read(var, url, environ.Env.db_url_config, DATABASE)


def _read(var: str, url: str, read: Callable[[str], dict[str, Any]], kind: str) -> dict[str, Any]:
    try:
        found = read(url)
    except UNUSABLE as error:
        raise _unusable(var, kind) from error
    if not (found.get("ENGINE") or found.get("EMAIL_BACKEND")):
        raise _unusable(var, kind)
    return found


def _unusable(var: str, kind: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{var} must be {kind}. Set it so, or leave it out; see .env.example.")
