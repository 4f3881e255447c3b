"""Words that are stored as a code with its parameters, and made when they are shown, in the language of then.

A `SaidColumn` holds them, or words as they were stored before, which stay as they are. A parameter may be
said by a code itself. A `SaidJSONField` holds them among other values.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import translation
from django_stubs_ext import StrPromise

Params = Mapping[str, Any]
_STORED = '{"said":'
_kinds: dict[str, "Kind"] = {}
_COUNTS = (1, 2, 5)  # by which a language may say the same differently
_VALUE_WITH = r'"(?!said")[^"]+":"?([^"\\]|\\.)*'  # of a parameter, up to what it is searched for


class Said(str):
    """What a code says: its words in the language of the moment at which it was made or read.

    `str()` makes the words anew, and so does a template.
    """

    code: str
    params: Params

    def __new__(cls, code: str, params: Params) -> Self:
        made = super().__new__(cls, _words(code, params))
        made.code, made.params = code, params
        return made

    def __str__(self) -> str:
        return _words(self.code, self.params)

    def __getnewargs__(self) -> tuple[str, Params]:  # type: ignore[override]
        return self.code, self.params

    @property
    def stored(self) -> str:
        return json.dumps(as_json(self), ensure_ascii=False, separators=(",", ":"))


class Kind:
    """One thing that can be said: `EXPIRED(hours=3)`. Its code is stored, and is for ever."""

    def __init__(self, code: str, words: StrPromise | Callable[[Params], str]) -> None:
        if code in _kinds:
            raise ValueError(f"{code} is said twice")
        self.code, self._says = code, words
        _kinds[code] = self

    def __call__(self, **params: Any) -> Said:
        return Said(self.code, params)

    def words(self, params: Params) -> str:
        if callable(self._says):
            return self._says(params)
        return str(self._says % params if params else self._says)

    def begins(self, words: str) -> bool:
        """Whether these, stored before there were codes, are its own."""
        with translation.override(None):
            return words.startswith(next(iter(self._parts()), words + " "))

    def holds(self, word: str) -> bool:
        """Whether it says so by itself, in the language of whoever asks, whatever its parameters are."""
        return any(word.casefold() in part.casefold() for part in self._parts())

    def _parts(self) -> Iterable[str]:
        """Its words, without parameters."""
        if callable(self._says):
            return
        for count in _COUNTS:
            yield from filter(None, str(self._says % _Every(count)).split(str(count)))


class _Every(dict[str, int]):
    """All parameters that there are."""

    def __init__(self, value: int) -> None:
        super().__init__()
        self._value = value

    def __missing__(self, _name: str) -> int:
        return self._value


class SaidColumn:
    """Of a model. To the database it is a text like any other."""

    def from_db_value(self, value: str | None, *_arguments: Any) -> str | None:
        return read(value) if value and value.startswith(_STORED) else value

    def get_prep_value(self, value: Any) -> Any:
        """Words of an outsider's are never taken for a code."""
        if isinstance(value, Said):
            return value.stored
        prepared = super().get_prep_value(value)  # type: ignore[misc]
        return f" {prepared}" if isinstance(prepared, str) and prepared.startswith(_STORED) else prepared


class SaidField(SaidColumn, models.TextField[str, str]):
    """Of any length."""

    def deconstruct(self) -> Any:
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options


class ShortSaidField(SaidColumn, models.CharField[str, str]):
    """For what is said without parameters, or with short ones."""

    def deconstruct(self) -> Any:
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options


class SaidJSONField(models.JSONField):
    """To the database it is JSON like any other."""

    def from_db_value(self, value: Any, *arguments: Any) -> Any:
        return from_json(super().from_db_value(value, *arguments))

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(as_json(value))

    def deconstruct(self) -> Any:
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, options


_JOINED = Kind("joined", lambda params: params["by"].join(map(str, params["parts"])))


def joined(said: Iterable[str], *, by: str = " ") -> str:
    """One after the other; "" of none."""
    parts = [part for part in said if part]
    return _JOINED(parts=parts, by=by) if len(parts) > 1 else next(iter(parts), "")


def parts_of(words: str) -> list[str]:
    """What was joined, or else the words alone."""
    if isinstance(words, Said) and words.code == _JOINED.code:
        return list(words.params["parts"])
    return [words]


def as_json(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Said):
        return {"said": value.code, **as_json(value.params)}
    if isinstance(value, Mapping):
        return {name: as_json(one) for name, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, list | tuple) else value


def from_json(value: Any) -> Any:
    """A value as it was before. What can't be said any more is shown as it is stored."""
    if isinstance(value, list):
        return [from_json(one) for one in value]
    if not isinstance(value, dict):
        return value
    params = {name: from_json(one) for name, one in value.items()}
    if "said" not in params:
        return params
    try:
        return Said(params.pop("said"), params)
    except (KeyError, TypeError, ValueError):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read(stored: str) -> str:
    """What was stored. A code that no one knows, of a later version, is shown with its parameters."""
    try:
        found = from_json(json.loads(stored))
    except ValueError:
        return stored
    return found if isinstance(found, Said) else stored


def kinds() -> Mapping[str, Kind]:
    """All that can be said, by their codes."""
    return _kinds


def code_of(words: str) -> str:
    """ "" of words that were stored as they are."""
    return words.code if isinstance(words, Said) else ""


def holding(field: str, word: str) -> Q:
    """Of a `SaidColumn`: rows whose words, in the language of whoever asks, have this one in them."""
    is_said = Q(**{f"{field}__startswith": _STORED})
    codes = "|".join(re.escape(code) for code, kind in _kinds.items() if kind.holds(word))
    value = re.escape(json.dumps(word, ensure_ascii=False)[1:-1])
    patterns = [f"{_VALUE_WITH}{value}", *([f'"said":"({codes})"'] if codes else [])]
    found = Q(**{f"{field}__iregex": "|".join(patterns)})
    return (is_said & found) | (~is_said & Q(**{f"{field}__icontains": word}))


def _words(code: str, params: Params) -> str:
    kind = _kinds.get(code)
    return kind.words(params) if kind else ", ".join([code, *map(str, params.values())])
