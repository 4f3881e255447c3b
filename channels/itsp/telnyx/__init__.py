"""Telnyx Messaging, API v2, by HTTP: its own package would take seconds and a hundred megabytes to import."""

from channels.itsp.telnyx.itsp import Telnyx

__all__ = ["Telnyx"]
