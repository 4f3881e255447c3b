"""What happened lately: requests in and out, alerts, and the live stream of events."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

from simulator.encoding import dumps, new_sid

REQUESTS_KEPT = 5000
ALERTS_KEPT = 1000
# A listener that is this far behind loses events; its page reloads what it shows.
EVENTS_WAITING = 1000


class Journal:
    """Two bounded rings and the listeners of /control/events."""

    def __init__(self) -> None:
        self.requests: deque[dict[str, Any]] = deque(maxlen=REQUESTS_KEPT)
        self.alerts: deque[dict[str, Any]] = deque(maxlen=ALERTS_KEPT)
        self.listeners: set[asyncio.Queue[str]] = set()

    def record(self, entry: dict[str, Any]) -> None:
        """Keep a request: `at`, `kind` (api, inbound, fallback, status), `method`, `url`, `status` ..."""
        self.requests.append(entry)
        self.publish("request", entry)

    def alert(self, code: int, *, url: str, method: str, resource_sid: str, text: str, answer: str) -> None:
        """What Twilio would show the customer in its console and at monitor/v1/Alerts."""
        alert = {
            "sid": new_sid("NO"),
            "at": time.time(),
            "code": code,
            "url": url,
            "method": method,
            "resource_sid": resource_sid,
            "text": text,
            "answer": answer,
        }
        self.alerts.append(alert)
        self.publish("alert", alert)

    def publish(self, kind: str, payload: Any) -> None:
        """Hand an event to whoever listens; costs nothing when no one does."""
        if not self.listeners:
            return
        event = f"event: {kind}\ndata: {dumps(payload)}\n\n"
        for listener in self.listeners:
            if listener.qsize() < EVENTS_WAITING:
                listener.put_nowait(event)

    def clear(self) -> None:
        self.requests.clear()
        self.alerts.clear()
