"""What a process is to those who start it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Process:
    """A command line with its name and what it needs in its environment beside the common settings."""

    name: str
    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
