"""Keeps the state in one SQLite file, written behind: what changed is written every 0.3 s."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import Any

from simulator.encoding import dumps
from simulator.records import Media, Message, Number, Service
from simulator.settings import Settings
from simulator.state import Change, State

WRITE_INTERVAL_S = 0.3
# The event loop is given back after so many records.
CHUNK = 200

Row = tuple[str, str, str | None, bytes | None]

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, json TEXT, data BLOB, PRIMARY KEY (kind, key))"
)
UPSERT = "INSERT OR REPLACE INTO record (kind, key, json, data) VALUES (?, ?, ?, ?)"
DELETE = "DELETE FROM record WHERE kind = ? AND key = ?"


class Store:
    """Reads the state at the start, then follows `state.changed`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "simulator.sqlite3", check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(SCHEMA)

    def load(self, state: State, settings: Settings) -> None:
        """Fill an empty state with what was kept, messages in the order they were made."""
        for kind, key, text, data in self._db.execute(
            "SELECT kind, key, json, data FROM record ORDER BY rowid"
        ):
            _restore(state, settings, kind, key, json.loads(text), data)
        state.numbers = dict(sorted(state.numbers.items(), key=lambda item: item[1].created_at))
        messages = sorted(state.messages.values(), key=lambda message: message.created_at)
        state.messages = {}
        for message in messages:
            state.add_message(message)
        state.changed.clear()

    async def run(self, state: State, settings: Settings, closing: asyncio.Event) -> None:
        """Write what changed, until the simulator ends."""
        while not closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), WRITE_INTERVAL_S)
            await self.flush(state, settings)

    async def flush(self, state: State, settings: Settings) -> None:
        changed, state.changed = state.changed, set()
        kept: list[Row] = []
        gone: list[Change] = []
        for count, (kind, key) in enumerate(changed, 1):
            row = _row(state, settings, kind, key)
            if row is None:
                gone.append((kind, key))
            else:
                kept.append(row)
            if count % CHUNK == 0:
                await asyncio.sleep(0)
        if changed:
            await asyncio.to_thread(self._write, kept, gone)

    def _write(self, kept: list[Row], gone: list[Change]) -> None:
        with self._db:
            self._db.executemany(UPSERT, kept)
            self._db.executemany(DELETE, gone)

    def close(self) -> None:
        self._db.close()


def _row(state: State, settings: Settings, kind: str, key: str) -> Row | None:
    """The record as it is now, None when it is gone."""
    if kind == "settings":
        return kind, key, dumps(_plain(settings)), None
    if kind == "of_face":
        return (kind, key, dumps(state.of_faces[key]), None) if key in state.of_faces else None
    if kind == "phone":
        return (kind, key, dumps(state.phones[key]), None) if key in state.phones else None
    if kind == "opt_out":
        contact, _, number = key.partition(" ")
        at = state.opt_outs.get((contact, number))
        return (kind, key, dumps(at), None) if at is not None else None
    if kind == "media":
        media = state.media.get(key)
        return (kind, key, dumps(_plain(media, without="data")), media.data) if media else None
    known: dict[str, Any] = {"message": state.messages, "number": state.numbers, "service": state.services}
    value = known[kind].get(key)
    return (kind, key, dumps(_plain(value)), None) if value is not None else None


def _plain(value: Any, without: str = "") -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in fields(value) if f.name != without}


def _restore(state: State, settings: Settings, kind: str, key: str, value: Any, data: bytes | None) -> None:
    if kind == "message":
        value["history"] = [(status, at) for status, at in value["history"]]
        state.messages[key] = Message(**_fields(Message, value))
    elif kind == "number":
        state.numbers[key] = Number(**_fields(Number, value))
    elif kind == "service":
        state.services[key] = Service(**_fields(Service, value))
    elif kind == "media":
        state.media[key] = Media(data=data or b"", **value)
    elif kind == "of_face":
        state.of_faces[key] = value
    elif kind == "phone":
        state.phones[key] = value
    elif kind == "opt_out":
        contact, _, number = key.partition(" ")
        state.opt_outs[contact, number] = value
    elif kind == "settings":
        settings.update(_fields(Settings, value))


def _fields(kind: type[Any], value: dict[str, Any]) -> dict[str, Any]:
    """Without what another version of the simulator may have kept."""
    known = {f.name for f in fields(kind)}
    return {name: kept for name, kept in value.items() if name in known}
