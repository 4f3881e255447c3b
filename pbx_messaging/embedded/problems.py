"""Why it cannot start, in words for the person who started it."""


class CannotStart(Exception):
    """The text says what is wrong and what to do next."""
