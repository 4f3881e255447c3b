"""All connections of a process: how many there may be, and who goes when there are too many."""

from typing import Any


class House:
    """`most`: then who has waited longest without asking for anything makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: set[Any] = set()
        self._idle: dict[Any, None] = {}  # in the order in which they became idle

    def __len__(self) -> int:
        return len(self._all)

    def enter(self, connection: Any) -> bool:
        """Whether there is room for it. It is idle at first."""
        if len(self._all) >= self._most and not self._make_room():
            return False
        self._all.add(connection)
        self.rest(connection)
        return True

    def _make_room(self) -> bool:
        oldest = next(iter(self._idle), None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.abort()
        return True

    def rest(self, connection: Any) -> None:
        """It waits for its next request."""
        if connection in self._all:
            self._idle.setdefault(connection)

    def work(self, connection: Any) -> None:
        """Its request has come."""
        self._idle.pop(connection, None)

    def leave(self, connection: Any) -> None:
        self._all.discard(connection)
        self._idle.pop(connection, None)

    def close_idle(self) -> None:
        for connection in list(self._idle):
            if not connection.is_asking:
                connection.hang_up()
