"""What stands before the product's pages: how long and how much a stranger may send, and who is let in.

Nothing in here knows what a request is for, but for the paths that take files (`allowance.py`).
"""
