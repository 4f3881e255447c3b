"""The import of extensions with their logins."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from imports.kinds import Cells, Field, Kind, Seen, Stored
from routing import extension_storing
from routing.extension_rows import FIELDS, HEADER, REQUIRED, ExtensionRow, read

EXAMPLE = (
    ("1001", "Ada Lovelace", "ada", "ada@example.com", "yes", "Support | Sales"),
    ("1002", "Ben Barker", "ben", "", "yes", ""),
)


class ExtensionImport(Kind):
    name = "extensions"
    title = gettext_lazy("Import Extensions")
    list_label = gettext_lazy("Extensions")
    piece_rows = 25

    @staticmethod
    def is_for(user: User) -> bool:
        return user.is_administrator

    @property
    def list_url(self) -> str:
        return reverse("extension-list")

    @property
    def upload_url(self) -> str:
        return reverse("extension-import")

    @property
    def example_url(self) -> str:
        return reverse("extension-import-example")

    @classmethod
    def example(cls) -> tuple[str, Sequence[str], Sequence[Sequence[str]]]:
        return "extensions-example", HEADER, EXAMPLE

    def words(self) -> Sequence[tuple[str, str]]:
        login = _(
            "the login. A user without an extension gets this one; a new login gets a link for setting a "
            "password."
        )
        return (
            (_("Extension number"), _("by it an extension is found that is there already")),
            (_("Name"), _("the person’s name")),
            (_("Username"), login),
            (_("E-mail"), _("if there is one")),
            (_("Active"), _("yes or no")),
            (_("Message queues"), _("their names, with | between them")),
        )

    def remark(self) -> str:
        return _(
            "The last three columns may be missing: then what they hold stays. Extensions that are not in "
            "the file stay as they are."
        )

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def required(self) -> Sequence[Sequence[str]]:
        return REQUIRED

    def shown_columns(self) -> Sequence[str]:
        return [one.label for one in FIELDS]

    def read(self, cells: Iterable[Cells], seen: Seen) -> list[ExtensionRow]:
        return read(cells, seen)

    def store(self, rows: Sequence[ExtensionRow], *, by: User) -> Stored:
        return extension_storing.store(rows, by=by)
