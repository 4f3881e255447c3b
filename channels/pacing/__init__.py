"""The rate limiter: hands out the moments at which a channel may send, over all workers."""

from channels.pacing.limiter import (
    PacingState,
    Reservation,
    Wanted,
    forget_refusals,
    pause,
    reserve,
    slow_down,
    states,
)

__all__ = [
    "PacingState",
    "Reservation",
    "Wanted",
    "forget_refusals",
    "pause",
    "reserve",
    "slow_down",
    "states",
]
