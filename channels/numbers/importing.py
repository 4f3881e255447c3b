"""The import of numbers, with their rules, into a channel."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_origin import acting
from accounts.directions import isolated
from accounts.gone import Gone
from accounts.models import User
from channels import actions
from channels.models import Channel
from channels.numbers.import_rows import FIELDS, REQUIRED, ImportRow, read
from channels.numbers.moving import Moves
from imports.kinds import Cells, Field, Kind, Seen, Stored

EXAMPLE = (
    ("+25402161183", "Message Queue", "Support", "1001 1002"),
    ("+14155550100", "Extension", "1001", ""),
)


class NumberImport(Kind):
    name = "numbers"
    title = gettext_lazy("Import Numbers")
    list_label = gettext_lazy("Numbers")
    piece_rows = 50
    standing = "channels/numbers/_import_standing.html"

    @staticmethod
    def is_for(user: User) -> bool:
        return user.is_administrator

    @cached_property
    def target(self) -> Channel:
        channel = Channel.objects.live().defer("credentials").filter(pk=self.target_id or 0).first()
        if channel is None:
            raise Gone
        return channel

    @property
    def heading(self) -> str:
        return _("Import numbers into %s") % isolated(self.target)

    @property
    def list_label_of(self) -> str:
        return self.target.name

    @property
    def list_url(self) -> str:
        return reverse("channel-edit", args=[self.target.pk])

    @property
    def upload_url(self) -> str:
        return reverse("channel-import", args=[self.target.pk])

    @property
    def example_url(self) -> str:
        return reverse("channel-import-example")

    @classmethod
    def example(cls) -> tuple[str, Sequence[str], Sequence[Sequence[str]]]:
        return "numbers-example", [one.label for one in FIELDS], EXAMPLE

    def words(self) -> Sequence[tuple[str, str]]:
        allowed = _(
            "those that may create messaging sessions: their numbers, separated by spaces. Without this "
            "column, the present ones stay."
        )
        return (
            (_("Number"), _("in E.164 format, for example +25402161183")),
            (_("Destination type"), _("Extension or Message Queue")),
            (_("Destination"), _("the extension’s number or the message queue’s name")),
            (_("Extensions allowed"), allowed),
        )

    def remark(self) -> str:
        return _("Numbers of the channel that are not in the file stay as they are.")

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def required(self) -> Sequence[Sequence[str]]:
        return REQUIRED

    def shown_columns(self) -> Sequence[str]:
        return _("Number"), _("Destination for Inbound Messaging"), _("Extensions allowed")

    def read(self, cells: Iterable[Cells], seen: Seen) -> list[ImportRow]:
        return read(self.target, cells, seen)

    def store(self, rows: Sequence[ImportRow], *, by: User) -> Stored:
        moves = Moves.by_adding(self.target, [row.number for row in rows])
        with acting(by):
            actions.import_rules(self.target, [row.rule for row in rows])
        return Stored(notes=moves.words)

    def finish(self) -> None:
        actions.ask_for_first_check(self.target)
