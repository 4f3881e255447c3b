"""Places in JSON, named as `data.id` or `messages.0.to`."""

import re
from typing import Any

PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,7}")


def put(into: dict[str, Any], path: str, value: Any) -> None:
    """Makes the objects on the way."""
    *way, last = path.split(".")
    for name in way:
        into = into.setdefault(name, {})
    into[last] = value


def found(told: Any, path: str) -> Any:
    """None where there is nothing."""
    for name in path.split("."):
        if isinstance(told, dict):
            told = told.get(name)
        elif isinstance(told, list) and name.isdecimal() and int(name) < len(told):
            told = told[int(name)]
        else:
            return None
    return told


def text_at(told: Any, path: str) -> str:
    """What stands there as a text; "" for anything else. An id may be a number, a sole recipient a list."""
    value = found(told, path)
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
