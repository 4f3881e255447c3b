"""What is done with many sessions at once: each by the verb that does it with one."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.directions import isolated
from routing.models import Extension
from sessions import actions
from sessions.inbox.asking import Viewer, agents_to_filter
from sessions.inbox.bulk_closing import Archive, Close
from sessions.inbox.bulk_verb import Skipped, Verb
from sessions.inbox.loads import open_sessions_of
from sessions.inbox.session_forms import TransferForm
from sessions.inbox.undoing import About, Done
from sessions.models import MessagingSession, Tag
from sessions.refusals import Act


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

    def form(self, data: Any) -> forms.Form:
        return TagsForm(data)

    def title(self, n: int) -> str:
        return ngettext("Tags of %(n)d session", "Tags of %(n)d sessions", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> tuple[Done, About]:
        changed = actions.change_tags(session, **said)
        if changed is None:
            raise Skipped(_("Its tags are so already."))
        return Done.TAGGED, changed

    def said(self, n: int, said: dict[str, Any]) -> str:
        return ngettext("The tags of %(n)d changed.", "The tags of %(n)d changed.", n) % {"n": n}


class Transfer(Verb):
    name, act, icon, button = "transfer", Act.TRANSFER, "bi-arrow-left-right", gettext_lazy("Transfer")

    def form(self, data: Any) -> forms.Form:
        return TransferForm(data, agent=self.viewer.agent)

    def title(self, n: int) -> str:
        return ngettext("Transfer %(n)d session", "Transfer %(n)d sessions", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> tuple[Done, About]:
        had_by = self.chosen.seen_with(session)
        moved = actions.transfer(session, agent=self.by, to=said["to"], note=said["note"], had_by=had_by)
        return Done.TRANSFERRED, moved

    def said(self, n: int, said: dict[str, Any]) -> str:
        return _("%(n)d went to %(to)s.") % {"n": n, "to": isolated(said["to"])}


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

    def __init__(self, data: Any, viewer: Viewer, *, owned: int) -> None:
        """`owned`: how many an agent has already."""
        super().__init__(data)
        if owned:
            label = ngettext(
                "Also the %(n)d that an agent has: it is taken over",
                "Also the %(n)d that agents have: they are taken over",
                owned,
            )
            self.fields["owned"] = forms.BooleanField(label=label % {"n": owned}, required=False)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)  # noqa: S101 (for the type)
        to.queryset = agents_to_filter(viewer).filter(user__is_active=True)
        loads = open_sessions_of(list(to.queryset))

        to.choices = [
            ("", _("Search by name or number…")),
            *((agent.pk, _with_load(agent, loads.get(agent.pk, {}).get("open", 0))) for agent in to.queryset),
        ]


def _with_load(agent: Extension, n: int) -> str:
    return _("%(agent)s – %(n)d open") % {"agent": isolated(agent), "n": n}


class Assign(Verb):
    name, act, icon, button = "assign", Act.TRANSFER, "bi-person-check", gettext_lazy("Assign")

    def form(self, data: Any) -> forms.Form:
        owned = sum(self.chosen.seen_with(session) is not None for session in self.chosen.sessions)
        return AssignForm(data, self.viewer, owned=owned)

    def title(self, n: int) -> str:
        return ngettext("Assign %(n)d session", "Assign %(n)d sessions", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> tuple[Done, About]:
        had_by = self.chosen.seen_with(session)
        if session.agent_id == said["to"].pk:
            raise Skipped(_("The agent has it already."))
        if had_by is not None and not said.get("owned"):
            raise Skipped(_("Another agent has it."))
        return Done.TRANSFERRED, actions.transfer(session, agent=self.by, to=said["to"], had_by=had_by)

    def said(self, n: int, said: dict[str, Any]) -> str:
        return _("%(n)d assigned to %(to)s.") % {"n": n, "to": isolated(said["to"])}


VERBS: dict[str, type[Verb]] = {verb.name: verb for verb in (Close, Archive, ChangeTags, Transfer, Assign)}
