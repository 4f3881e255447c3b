"""What came of a webhook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Outcome:
    """What came of one webhook after all its tries; `failure` is None when it was answered with 2xx."""

    kind: str
    method: str
    url: str
    params: Mapping[str, Any]
    at: float = field(default_factory=time.time)
    tries: list[dict[str, Any]] = field(default_factory=list)
    status: int | None = None
    body: str = ""
    content_type: str = ""
    failure: str | None = None
    alert: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "kind": self.kind,
            "method": self.method,
            "url": self.url,
            "params": dict(self.params),
            "status": self.status,
            "body": self.body,
            "content_type": self.content_type,
            "failure": self.failure,
            "alert": self.alert,
            "ms": round(sum(t["ms"] for t in self.tries), 1),
            "tries": self.tries,
        }
