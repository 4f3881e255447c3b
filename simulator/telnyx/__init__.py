"""Telnyx Messaging, API v2, under the prefix `/telnyx`."""
