"""What all verbs for many sessions at once have in common.

Each session is a transaction of its own, so that nothing is locked for longer than by a single one, and what
is refused for one costs the others nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

from routing.models import Extension
from sessions import actions
from sessions.inbox.asking import Viewer
from sessions.inbox.chosen import Chosen
from sessions.inbox.undoing import SHOWN_S, About, Done, token_of_many
from sessions.models import MessagingSession
from sessions.refusals import Act, words_for


class Skipped(Exception):
    """A session is left as it is; the words say why."""


@dataclass
class Outcome:
    """`token` undoes it, "" where nothing was done."""

    done: list[tuple[Done, About]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    words: str = ""
    token: str = ""
    shown_s: int = SHOWN_S

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """In words, and of how many; the commonest first."""
        return self.refused.most_common()


class Verb:
    """A form that asks, and what then happens with each session. Subclasses are the verbs."""

    name: ClassVar[str]
    act: ClassVar[Act]
    icon: ClassVar[str]
    button: ClassVar[StrPromise]
    note: ClassVar[StrPromise] = gettext_lazy(
        "Those for which it is not possible are left as they are, and you are told why."
    )

    def __init__(self, viewer: Viewer, chosen: Chosen) -> None:
        self.viewer = viewer
        self.chosen = chosen
        self.by: actions.Actor = viewer.agent or viewer.user

    def form(self, data: Any) -> forms.Form:
        return forms.Form(data)

    def title(self, n: int) -> str:
        raise NotImplementedError

    def do(self, session: MessagingSession, said: dict[str, Any]) -> tuple[Done, About]:
        """Returns what can be undone. Raises `ActionError` or `Skipped`."""
        raise NotImplementedError

    def said(self, n: int, said: dict[str, Any]) -> str:
        """What was done, in words."""
        raise NotImplementedError

    def run(self, said: dict[str, Any]) -> Outcome:
        outcome = Outcome()
        for session in self.chosen.sessions:
            try:
                outcome.done.append(self.do(session, said))
            except actions.ActionError as refused:
                outcome.refused[words_for(refused, self.act)] += 1
            except (Skipped, MessagingSession.DoesNotExist) as skipped:
                outcome.refused[str(skipped)] += 1
        outcome.words = self.said(len(outcome.done), said)
        if left := outcome.refused.total():
            words = ngettext("%(n)d wasn’t:", "%(n)d weren’t:", left) % {"n": left}
            outcome.words = f"{outcome.words} {words}"
        if outcome.done:
            outcome.token = token_of_many(outcome.done, self.by)
        return outcome

    @property
    def agent(self) -> Extension:
        """For what supervisors without an extension don't do."""
        if self.viewer.agent is None:
            raise actions.NotTheOwner
        return self.viewer.agent
