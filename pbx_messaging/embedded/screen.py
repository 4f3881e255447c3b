"""What the person who started it sees: one line per event, and the block that says where to go."""

import re
import sys
import time
from collections.abc import Sequence
from itertools import zip_longest


def say(text: str) -> None:
    """A line, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stdout.flush()


def show(lines: Sequence[str]) -> None:
    """Lines as they are."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def columns(lines: Sequence[str]) -> list[str]:
    """Lines whose parts are two spaces apart, with their parts below each other."""
    table = [re.split(r" {2,}", line.strip()) for line in lines]
    widths = [max(map(len, column)) for column in zip_longest(*table, fillvalue="")]
    return ["   ".join(part.ljust(width) for part, width in zip(row, widths, strict=False)) for row in table]


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
