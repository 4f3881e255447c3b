"""Twilio Programmable Messaging. Only the files of this package import `twilio`."""

from channels.itsp.twilio.itsp import Twilio

__all__ = ["Twilio"]
