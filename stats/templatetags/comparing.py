"""How a figure stands to that of the period before."""

from dataclasses import dataclass

from django import template

from stats.queries import Counts

register = template.Library()

MOST_PERCENT = 999  # beyond it is said to be over that


@dataclass(frozen=True)
class Comparison:
    """`percent` is None where there was nothing before. `is_worse`: more of what nobody wants."""

    before: int
    percent: int | None
    is_worse: bool

    @property
    def amount(self) -> int:
        return min(abs(self.percent or 0), MOST_PERCENT)

    @property
    def is_beyond(self) -> bool:
        return abs(self.percent or 0) > MOST_PERCENT


@register.inclusion_tag("stats/_comparison.html")
def compared(now: Counts, before: Counts | None, name: str) -> dict[str, Comparison | None]:
    """`name` is a field of both; nothing is said where there is no period before."""
    if before is None:
        return {"compared": None}
    new, old = getattr(now, name), getattr(before, name)
    percent = round(100 * (new - old) / old) if old else (0 if new == old else None)
    return {"compared": Comparison(old, percent, is_worse=name == "failed" and new > old)}


@register.filter
def percent_of(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""
