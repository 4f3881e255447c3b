"""Why a backup can't be made or restored, in words for whoever runs the command."""


class CannotBackUp(Exception):
    """The text says what is wrong, and what to do next."""


class CannotRestore(Exception):
    """The text says what is wrong, and what to do next."""
