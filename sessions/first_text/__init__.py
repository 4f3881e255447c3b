"""The first text of a channel, on its page: one that comes, and one that leaves."""
