"""Status callbacks: one POST a status, in order unless a fault wants them otherwise."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping

from simulator.face import Face
from simulator.records import Message
from simulator.settings import Settings
from simulator.state import State
from simulator.views import message_event
from simulator.webhooks import WebhookSender

REPEATS = 3


class Callbacks:
    """Each message's callbacks are sent one after the other by a task of its own."""

    def __init__(
        self, faces: Mapping[str, Face], state: State, settings: Settings, sender: WebhookSender
    ) -> None:
        self._faces = faces
        self._state = state
        self._settings = settings
        self._sender = sender
        self._pending: dict[str, list[tuple[str, float]]] = {}
        self._running: set[str] = set()  # whose pending ones are being sent, not held back to be shuffled
        self._tasks: set[asyncio.Task[None]] = set()

    def notify(self, message: Message) -> None:
        """The message has entered a status."""
        mode = message.callback_mode or self._settings.callbacks
        wanted = self._faces[message.itsp].reports(message, message.status)
        if not message.status_callback or mode == "never" or not (wanted or mode == "shuffled"):
            return
        pending = self._pending.setdefault(message.sid, [])
        if wanted:
            pending.extend([(message.status, time.time())] * (REPEATS if mode == "repeated" else 1))
        if message.sid in self._running:
            return
        if mode == "shuffled":
            if not message.ended:
                return
            _shuffle(pending)
        self._start(message, late=mode == "late")

    def stop(self) -> None:
        self._pending.clear()
        self._running.clear()
        for task in self._tasks:
            task.cancel()

    def _start(self, message: Message, *, late: bool) -> None:
        self._running.add(message.sid)
        task = asyncio.get_running_loop().create_task(self._drain(message, late=late))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, message: Message, *, late: bool) -> None:
        pending = self._pending[message.sid]
        while pending:
            status, due = pending.pop(0)
            if late:
                await asyncio.sleep(max(0.0, due + self._settings.callback_late_ms / 1000 - time.time()))
            await self._send(message, status)
        self._pending.pop(message.sid, None)
        self._running.discard(message.sid)

    async def _send(self, message: Message, status: str) -> None:
        outcome = await self._faces[message.itsp].call_status(message, status)
        message.callbacks.append(
            {
                "status": status,
                "at": outcome.at,
                "answered": outcome.status,
                "failure": outcome.failure,
                "tries": len(outcome.tries),
                "ms": outcome.tries[-1]["ms"],
            }
        )
        self._state.changed_message(message)
        self._sender.report(outcome, message.sid)
        message_event(self._sender.journal, message)


def _shuffle(pending: list[tuple[str, float]]) -> None:
    """Into any order but the right one."""
    right = list(pending)
    while len(set(right)) > 1 and pending == right:
        random.shuffle(pending)
