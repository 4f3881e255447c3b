"""At most so many a second, so that a flood of forgeries does not become a flood of rows."""

import time


class Budget:
    """Of one process."""

    def __init__(self, per_s: int) -> None:
        self.per_s, self.second, self.used = per_s, 0, 0

    def take(self) -> bool:
        second = int(time.monotonic())
        self.used = self.used + 1 if second == self.second else 1
        self.second = second
        return self.used <= self.per_s
