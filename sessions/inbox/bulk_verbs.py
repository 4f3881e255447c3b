"""What is done with many sessions at once: each by the verb that does it with one, as far as that allows it.

Each session is a transaction of its own, so that nothing is locked for longer than by a single one, and what
is refused for one costs the others nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

from routing.models import Extension
from sessions import actions
from sessions.inbox.asking import Viewer, agents_to_filter
from sessions.inbox.list_template_tags import unanswered_since
from sessions.inbox.loads import open_sessions_of
from sessions.inbox.session_forms import TransferForm
from sessions.models import MessagingSession, Tag
from sessions.refusals import Act, words_for


class Skipped(Exception):
    """A session is left as it is; the words say why."""


@dataclass
class Outcome:
    """`done` are ids: whatever undoes the verb for one session undoes it for these."""

    done: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    words: str = ""

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

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.by: actions.Actor = viewer.agent or viewer.user

    def form(self, data: Any, sessions: Sequence[MessagingSession]) -> forms.Form:
        raise NotImplementedError

    def title(self, n: int) -> str:
        raise NotImplementedError

    def do(self, session: MessagingSession, said: dict[str, Any]) -> None:
        """Raises `ActionError` or `Skipped`."""
        raise NotImplementedError

    def said(self, n: int, said: dict[str, Any]) -> str:
        """What was done, in words."""
        raise NotImplementedError

    def run(self, sessions: Sequence[MessagingSession], said: dict[str, Any]) -> Outcome:
        outcome = Outcome()
        for session in sessions:
            try:
                self.do(session, said)
            except actions.ActionError as refused:
                outcome.refused[words_for(refused, self.act)] += 1
            except (Skipped, MessagingSession.DoesNotExist) as skipped:
                outcome.refused[str(skipped)] += 1
            else:
                outcome.done.append(session.pk)
        outcome.words = self.said(len(outcome.done), said)
        if left := outcome.refused.total():
            words = ngettext("%(n)d wasn’t:", "%(n)d weren’t:", left) % {"n": left}
            outcome.words = f"{outcome.words} {words}"
        return outcome


class Close(Verb):
    name, act, icon, button = "close", Act.CLOSE, "bi-check2-circle", gettext_lazy("Close")

    def form(self, data: Any, sessions: Sequence[MessagingSession]) -> forms.Form:
        form = forms.Form(data)
        if waiting := sum(unanswered_since(session) is not None for session in sessions):
            label = ngettext(
                "Also the %(n)d whose contact waits for an answer",
                "Also the %(n)d whose contacts wait for an answer",
                waiting,
            )
            form.fields["unanswered"] = forms.BooleanField(label=label % {"n": waiting}, required=False)
        return form

    def title(self, n: int) -> str:
        return ngettext("Close %(n)d session?", "Close %(n)d sessions?", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> None:
        if unanswered_since(session) and not said.get("unanswered"):
            raise Skipped(_("The contact waits for an answer."))
        if self.viewer.agent is None:
            raise actions.NotTheOwner
        actions.close(session, agent=self.viewer.agent)

    def said(self, n: int, said: dict[str, Any]) -> str:
        return ngettext("%(n)d closed.", "%(n)d closed.", n) % {"n": n}


class TagsForm(forms.Form):
    """What is added and what is taken off; the other tags stay."""

    add = forms.ModelMultipleChoiceField(
        Tag.objects.all(),
        label=gettext_lazy("Add"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-searchable": "", "data-placeholder": gettext_lazy("Tags…")}),
    )
    remove = forms.ModelMultipleChoiceField(
        Tag.objects.all(),
        label=gettext_lazy("Take off"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-searchable": "", "data-placeholder": gettext_lazy("Tags…")}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        add, remove = set(cleaned.get("add", ())), set(cleaned.get("remove", ()))
        if add & remove:
            self.add_error("remove", _("A tag is either added or taken off."))
        elif not (add | remove or self.errors):
            raise forms.ValidationError(_("Choose a tag to add or to take off."))
        return cleaned


class ChangeTags(Verb):
    name, act, icon, button = "tag", Act.TAG, "bi-tag", gettext_lazy("Change the tags")
    note = gettext_lazy("Their other tags stay.")

    def form(self, data: Any, sessions: Sequence[MessagingSession]) -> forms.Form:
        return TagsForm(data)

    def title(self, n: int) -> str:
        return ngettext("Tags of %(n)d session", "Tags of %(n)d sessions", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> None:
        if not actions.change_tags(session, **said):
            raise Skipped(_("Its tags are so already."))

    def said(self, n: int, said: dict[str, Any]) -> str:
        return ngettext("The tags of %(n)d changed.", "The tags of %(n)d changed.", n) % {"n": n}


class Transfer(Verb):
    name, act, icon, button = "transfer", Act.TRANSFER, "bi-arrow-left-right", gettext_lazy("Transfer")

    def form(self, data: Any, sessions: Sequence[MessagingSession]) -> forms.Form:
        return TransferForm(data, agent=self.viewer.agent)

    def title(self, n: int) -> str:
        return ngettext("Transfer %(n)d session", "Transfer %(n)d sessions", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> None:
        actions.transfer(session, agent=self.by, to=said["to"], note=said["note"])

    def said(self, n: int, said: dict[str, Any]) -> str:
        return _("%(n)d went to %(to)s.") % {"n": n, "to": said["to"]}


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        Extension.objects.none(),
        label=gettext_lazy("To"),
        error_messages={
            "required": gettext_lazy("Choose an agent."),
            "invalid_choice": gettext_lazy("This agent is gone. Choose another one."),
        },
        widget=forms.Select(attrs={"data-searchable": "", "data-none": gettext_lazy("No such agent")}),
    )

    def __init__(self, data: Any, viewer: Viewer) -> None:
        super().__init__(data)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)  # noqa: S101 (for the type)
        to.queryset = agents_to_filter(viewer).filter(user__is_active=True)
        loads = open_sessions_of(list(to.queryset))

        to.choices = [
            ("", _("Search by name or number…")),
            *((agent.pk, _with_load(agent, loads.get(agent.pk, {}).get("open", 0))) for agent in to.queryset),
        ]


def _with_load(agent: Extension, n: int) -> str:
    return _("%(agent)s – %(n)d open") % {"agent": agent, "n": n}


class Assign(Verb):
    name, act, icon, button = "assign", Act.TRANSFER, "bi-person-check", gettext_lazy("Assign")

    def form(self, data: Any, sessions: Sequence[MessagingSession]) -> forms.Form:
        return AssignForm(data, self.viewer)

    def title(self, n: int) -> str:
        return ngettext("Assign %(n)d session", "Assign %(n)d sessions", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> None:
        if session.agent_id == said["to"].pk:
            raise Skipped(_("The agent has it already."))
        actions.transfer(session, agent=self.by, to=said["to"])

    def said(self, n: int, said: dict[str, Any]) -> str:
        return _("%(n)d assigned to %(to)s.") % {"n": n, "to": said["to"]}


VERBS: dict[str, type[Verb]] = {verb.name: verb for verb in (Close, ChangeTags, Transfer, Assign)}
