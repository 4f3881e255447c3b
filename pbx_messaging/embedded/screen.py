"""What the person who started it sees: one line per event, and the block that says where to go."""

import sys
import time
from collections.abc import Sequence


def say(text: str) -> None:
    """A line, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stdout.flush()


def show(lines: Sequence[str]) -> None:
    """Lines as they are."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def block(title: str, rows: Sequence[tuple[str, Sequence[str]]], footer: str) -> list[str]:
    """Rows of (label, lines) with the labels in one column, between rules."""
    width = max(len(label) for label, _ in rows)
    body = [
        f"  {label if first else '':{width}}   {line}".rstrip()
        for label, lines in rows
        for first, line in ((index == 0, line) for index, line in enumerate(lines))
    ]
    rule = "─" * max(len(line) + 2 for line in [*body, footer])
    return [rule, f"  {title}", "", *body, "", f"  {footer}", rule]
