"""Bandwidth: the messaging API, the dashboard's XML, and lists of callbacks with Basic authentication."""
