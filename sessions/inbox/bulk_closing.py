"""Many sessions are closed or archived at once. What would be lost by it is asked first, in words."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels.itsp.delivery import DeliveryStatus
from sessions import actions
from sessions.inbox.bulk_verb import Skipped, Verb
from sessions.inbox.list_template_tags import unanswered_since
from sessions.inbox.undoing import About, Closing, Done
from sessions.models import Attempt, Draft, MessagingSession, Priority
from sessions.refusals import Act

LEAVE = "leave"


class Close(Verb):
    name, act, icon, button = "close", Act.CLOSE, "bi-check2-circle", gettext_lazy("Close")

    def form(self, data: Any) -> forms.Form:
        """With a field for each thing that is left in some of them; at first nothing of it is lost."""
        form = forms.Form(data)
        if waiting := sum(unanswered_since(session) is not None for session in self.chosen.sessions):
            label = ngettext(
                "Also the %(n)d whose contact waits for an answer",
                "Also the %(n)d whose contacts wait for an answer",
                waiting,
            )
            form.fields["unanswered"] = forms.BooleanField(label=label % {"n": waiting}, required=False)
        if scheduled := self._scheduled():
            label = ngettext("%(n)d has scheduled texts", "%(n)d have scheduled texts", scheduled)
            form.fields["scheduled"] = _asked(
                label % {"n": scheduled},
                (actions.Scheduled.KEEP, _("Close, and let them go out at their times")),
                (actions.Scheduled.CANCEL, _("Close, and cancel them")),
            )
        if drafts := len(self._drafts()):
            label = ngettext(
                "In %(n)d you have written something that was not sent",
                "In %(n)d you have written something that was not sent",
                drafts,
            )
            form.fields["drafts"] = _asked(
                label % {"n": drafts},
                ("keep", _("Close, and keep it as a draft")),
                ("discard", _("Close, and discard it")),
            )
        return form

    def title(self, n: int) -> str:
        return ngettext("Close %(n)d session?", "Close %(n)d sessions?", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> tuple[Done, About]:
        if unanswered_since(session) and not said.get("unanswered"):
            raise Skipped(_("The contact waits for an answer."))
        draft = said.get("drafts", LEAVE)
        if session.is_open and draft == LEAVE and session.pk in self._drafts():
            raise Skipped(_("You have written something in it that was not sent."))
        scheduled = said.get("scheduled", LEAVE)
        how = None if scheduled == LEAVE else actions.Scheduled(scheduled)
        cancelled = actions.close(session, agent=self.agent, scheduled=how)
        if draft == "discard":
            actions.discard_drafts(session, agent=self.agent)
        return Done.CLOSED, Closing(session.pk, cancelled)

    def said(self, n: int, said: dict[str, Any]) -> str:
        return ngettext("%(n)d closed.", "%(n)d closed.", n) % {"n": n}

    def _scheduled(self) -> int:
        """In how many texts wait for a time of their own."""
        of_them = Attempt.objects.filter(
            message__session__in=self.chosen.sessions,
            status=DeliveryStatus.SCHEDULED,
            priority=Priority.API,
        )
        return of_them.values("message__session").distinct().count()

    def _drafts(self) -> set[int]:
        """In which the agent has typed something; asked for once."""
        if not hasattr(self, "_with_draft"):
            drafts = Draft.objects.filter(session__in=self.chosen.sessions, agent=self.viewer.agent)
            self._with_draft = set(drafts.exclude(body="").values_list("session", flat=True))
        return self._with_draft


class Archive(Verb):
    name, act, icon, button = "archive", Act.ARCHIVE, "bi-archive", gettext_lazy("Archive")
    note = gettext_lazy(
        "What is closed, and what is yours and answered, leaves the lists until the contact writes again. "
        "The others are left as they are, and you are told why."
    )

    def title(self, n: int) -> str:
        return ngettext("Archive %(n)d session?", "Archive %(n)d sessions?", n) % {"n": n}

    def do(self, session: MessagingSession, said: dict[str, Any]) -> tuple[Done, About]:
        if session.archived_at:
            raise Skipped(_("It is in the archive already."))
        actions.archive(session, agent=self.agent)
        return Done.ARCHIVED, session

    def said(self, n: int, said: dict[str, Any]) -> str:
        return ngettext("%(n)d archived.", "%(n)d archived.", n) % {"n": n}


def _asked(label: str, *choices: tuple[str, str]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(LEAVE, _("Leave them open")), *choices],
        initial=LEAVE,
        required=False,
    )
