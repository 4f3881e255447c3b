"""Bandwidth's Messaging API, version 2."""

from channels.itsp.bandwidth.itsp import Bandwidth

__all__ = ["Bandwidth"]
