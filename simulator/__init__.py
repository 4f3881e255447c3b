"""A stand-in for ITSPs: their APIs, their webhooks, and phones to text from.

A small process of its own that shares no code with the product. See README.md in this folder.
"""
