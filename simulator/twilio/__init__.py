"""Twilio Programmable Messaging, at the paths that its own hosts have."""
