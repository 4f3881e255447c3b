"""A stand-in for Twilio Programmable Messaging: its REST API, its webhooks, and phones to text from.

A small process of its own that shares no code with the product. See README.md in this folder.
"""
