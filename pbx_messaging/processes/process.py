"""What a process is to those who start it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """A name and a command line. The settings come from the environment of whoever starts it.

    `follows`: when its log is renamed, it goes on in a new one by itself.
    """

    name: str
    argv: list[str]
    follows: bool = True
