"""Moments as Bandwidth writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: float) -> str:
    """`2026-12-02T20:15:57.278000Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> float:
    """Raises `ValueError`."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
