"""What a check has found, in codes and numbers; `wording` has its words."""

import enum
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.directions import isolated
from health import wording
from health.words import WORDS


class State(enum.StrEnum):
    OK = "ok"
    WARNING = "warning"  # worth a look
    FAILING = "failing"  # an alarm
    UNKNOWN = "unknown"  # neither begins nor ends an alarm


@dataclass(frozen=True)
class Result:
    """Of one check. `about`: which of several, such as a channel's id; `params` are for the words."""

    check: str
    state: State
    code: str = "ok"
    value: float | None = None
    params: dict[str, Any] = field(default_factory=dict)
    about: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.check, self.about

    @property
    def title(self) -> str:
        """What was checked, and of which channel."""
        title = wording.TITLES[self.check]
        if not (label := self.params.get("label")):
            return str(title)
        return _("%(check)s: %(name)s") % {
            "check": wording.OF_ONE.get(self.check, title),
            "name": isolated(label),
        }

    @property
    def unit(self) -> str:
        return wording.UNITS[self.check]

    @property
    def figure(self) -> str:
        return wording.figure(self.value, self.unit, self.params)

    @property
    def says(self) -> str:
        return str(WORDS[self.check, self.code].says) % self._words()

    @property
    def what_to_do(self) -> str:
        return str(WORDS[self.check, self.code].what_to_do) % self._words()

    def _words(self) -> dict[str, Any]:
        return {"figure": self.figure, **self.params}

    def as_dict(self) -> dict[str, Any]:
        """For machines and people both."""
        return {
            "check": self.check,
            "about": self.about,
            "title": self.title,
            "state": self.state,
            "code": self.code,
            "value": self.value,
            "unit": self.unit,
            "says": self.says,
            "what_to_do": self.what_to_do,
        }
