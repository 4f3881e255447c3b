"""Wakes a worker for what sessions have to do."""

from pbx_messaging.nudges import nudge

__all__ = ["nudge", "nudge_cancel"]


def nudge_cancel(attempt_id: int, later_s: float = 0.0) -> None:
    """Has the ITSP asked for a text that it has already. Lost with the broker: then the text goes out."""
    nudge("sessions.tasks.cancel_at_itsp", attempt_id, later_s=later_s)
