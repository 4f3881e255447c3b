"""How a line looks: for people, or as JSON for what collects lines. Both hold the request's id, no secrets.

What a line tells beside its words is given as `extra={"facts": {...}}`.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pbx_messaging.logs import request_ids
from pbx_messaging.logs.scrubbing import scrubbed

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _Formatter(logging.Formatter):
    def traceback(self, record: logging.LogRecord) -> str:
        parts = [self.formatException(record.exc_info)] if record.exc_info else []
        parts += [record.stack_info] if record.stack_info else []
        return scrubbed("\n".join(parts))

    def facts(self, record: logging.LogRecord) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = getattr(record, "facts", {})
        return facts


def _escaped(control: "re.Match[str]") -> str:
    """What a stranger has put into a line begins no new one."""
    return ascii(control[0])[1:-1]


class LineFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} [{request_ids.current()}] {record.levelname} {record.name}"
        facts = "".join(f" {name}={value}" for name, value in self.facts(record).items())
        said = scrubbed(f"{record.getMessage()}{facts}")
        line = f"{head} {_CONTROLS.sub(_escaped, said)}"
        return f"{line}\n{traceback}" if (traceback := self.traceback(record)) else line


class JsonFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            "request_id": request_ids.current(),
            "pid": record.process,
        }
        for name, value in self.facts(record).items():
            line[name] = scrubbed(value) if isinstance(value, str) else value
        if said := self.traceback(record):
            line["traceback"] = said
        return _encode(line)
