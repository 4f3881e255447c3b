"""What the pages of imports are built of."""

from collections.abc import Iterable, Sequence

from django import template

from imports.kinds import Row, Shown

register = template.Library()


@register.filter
def labelled(row: Row, names: Sequence[str]) -> Iterable[tuple[Shown, str]]:
    """The cells of a row of the preview, each with the name of its column."""
    return list(zip(row.shown, names, strict=True))


@register.filter
def thousands(count: int) -> str:
    """As people read large numbers."""
    return f"{count:,}"
