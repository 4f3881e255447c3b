"""Reads extensions from a file's rows, says what each would do, and writes such a file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from accounts.csv_export import in_batches
from accounts.directions import isolated
from accounts.models import User
from imports.kinds import SHORTENED, Cells, Field, Outcome, Row, Seen, Shown, reasons_of, twice
from imports.words import OF_COLUMN
from pbx_messaging.said import Kind
from routing import import_words as words
from routing.models import Extension, MessageQueue

FIELDS = (
    Field(
        "number", "Extension number", {"extension number", "extension", "number", "durchwahl", "nebenstelle"}
    ),
    Field(
        "name", "Name", {"name", "full name", "display name", "nombre", "nom", "nome", "vollständiger name"}
    ),
    Field(
        "username", "Username", {"username", "user name", "login", "benutzername", "usuario", "identifiant"}
    ),
    Field("email", "E-mail", {"e-mail", "email", "e-mail address", "email address", "mail", "correo"}),
    Field("active", "Active", {"active", "enabled", "aktiv", "activo", "actif"}),
    Field("queues", "Message queues", {"message queues", "message queue", "queues", "queue"}),
)
REQUIRED = (("number",), ("name",), ("username",))
HEADER = [one.label for one in FIELDS]
YES, NO = "yes", "no"
_ACTIVE = {"": True, YES: True, "true": True, "1": True, "y": True, NO: False, "false": False, "0": False}
_BETWEEN_QUEUES = re.compile(r"(?<!\\)\|")  # a name that holds a | has it as \|


@dataclass
class ExtensionRow(Row):
    """A line of the file. What the file has no column for is None: it stays."""

    number: str = ""
    name: str = ""
    username: str = ""
    email: str | None = None
    active: bool | None = None
    queues: list[MessageQueue] | None = None
    present: Extension | None = None
    user: User | None = None  # who gets the extension, if there is such a login already

    @property
    def shown(self) -> Sequence[Shown]:
        return (
            Shown(self.number),
            Shown(self.name),
            Shown(self.username, self._of_login),
            Shown(self.email),
            Shown(_("yes") if self.active else _("no")) if self.active is not None else Shown(None),
            Shown(None if self.queues is None else ", ".join(isolated(queue.name) for queue in self.queues)),
        )

    @property
    def _of_login(self) -> str:
        if self.outcome != Outcome.ADD:
            return ""
        if self.user:
            return _("has no extension yet")
        return _("new, inactive") if self.active is False else _("new, invited by a link")


def exported(extensions: "QuerySet[Any]") -> Iterator[Sequence[str]]:
    """Rows that the import reads again."""
    queues = Prefetch("queues", MessageQueue.objects.live(), to_attr="live_queues")
    which = extensions.order_by(Length("number"), "number")
    rows = extensions.select_related("user").prefetch_related(queues)
    for one in chain.from_iterable(in_batches(which, rows)):
        names = " | ".join(queue.name.replace("|", r"\|") for queue in one.live_queues)
        active = YES if one.user.is_active else NO
        yield one.number, one.name, one.user.username, one.user.email, active, names


def read(cells: Iterable[Cells], seen: Seen) -> list[ExtensionRow]:
    """What each row would do; a handful of queries, however many rows."""
    return _Reading(cells, seen).rows()


class _Reading:
    def __init__(self, cells: Iterable[Cells], seen: Seen) -> None:
        self.cells = [(line, {name: one[0] for name, one in texts.items()}) for line, texts in cells]
        numbers = {texts.get("number", "") for _line, texts in self.cells}
        live_queues = Prefetch("queues", MessageQueue.objects.live(), to_attr="live_queues")
        found = Extension.objects.live().filter(number__in=numbers).select_related("user")
        self.present = {one.number: one for one in found.prefetch_related(live_queues)}
        usernames = {texts.get("username", "") for _line, texts in self.cells}
        self.users = {user.username: user for user in _users(usernames)}
        self.queues = {queue.name: queue for queue in MessageQueue.objects.live()}
        self.queues_by_small_name = {name.lower(): queue for name, queue in self.queues.items()}
        self.seen = seen

    def rows(self) -> list[ExtensionRow]:
        return [self._row(line, texts) for line, texts in self.cells]

    def _row(self, line: int, texts: dict[str, str]) -> ExtensionRow:
        row = ExtensionRow(line, number=texts.get("number", ""))
        row.present = self.present.get(row.number)
        self._read_details(row, texts)
        self._read_active(row, texts)
        self._read_queues(row, texts)
        self._find_login(row)
        self._refuse_twice(row, "number", words.TWICE)
        self._refuse_twice(row, "username", words.USERNAME_TWICE)
        if not row.errors:
            row.changes = _changes(row)
            row.outcome = Outcome.CHANGE if row.changes else Outcome.UNCHANGED
            row.outcome = row.outcome if row.present else Outcome.ADD
        return row

    def _read_details(self, row: ExtensionRow, texts: dict[str, str]) -> None:
        if SHORTENED.fullmatch(row.number):
            row.errors.append(words.SHORTENED(text=isolated(row.number)))
        else:
            _clean(row, Extension, "number", row.number)
        row.name = _clean(row, Extension, "name", texts.get("name", ""))
        row.username = _clean(row, User, "username", texts.get("username", ""))
        if "email" in texts:
            row.email = _clean(row, User, "email", texts["email"])

    def _read_active(self, row: ExtensionRow, texts: dict[str, str]) -> None:
        if "active" not in texts:
            return
        row.active = _ACTIVE.get(texts["active"].lower())
        if row.active is None:
            row.errors.append(words.NEITHER_YES_NOR_NO())
        elif row.active is False and row.present and row.present.user.is_active:
            row.errors.append(words.DEACTIVATE_ON_PAGE())

    def _read_queues(self, row: ExtensionRow, texts: dict[str, str]) -> None:
        if "queues" not in texts:
            return
        names = [part.strip().replace(r"\|", "|") for part in _BETWEEN_QUEUES.split(texts["queues"])]
        row.queues = []
        for name in dict.fromkeys(filter(None, names)):
            queue = self.queues.get(name) or self.queues_by_small_name.get(name.lower())
            if queue is None:
                row.errors.append(words.NO_QUEUE(name=isolated(name)))
            else:
                row.queues.append(queue)

    def _find_login(self, row: ExtensionRow) -> None:
        """Its own, one that has no extension, or a new one."""
        holder = self.users.get(row.username)
        if row.present:
            row.user = row.present.user
            if holder and holder != row.user:
                row.errors.append(words.LOGIN_OF_ANOTHER(user=isolated(row.username)))
        elif holder:
            row.user = holder
            extension = getattr(holder, "extension", None)
            if extension and not extension.archived_at:
                user = isolated(holder.username)
                row.errors.append(words.LOGIN_OF_EXTENSION(user=user, number=extension.number))
            elif row.active is False and holder.is_administrator:
                row.errors.append(words.ADMINISTRATOR())
            elif not holder.is_active:
                row.errors.append(words.LOGIN_OFF(user=isolated(row.username)))

    def _refuse_twice(self, row: ExtensionRow, name: str, says: Kind) -> None:
        value = getattr(row, name)
        if value and (earlier := twice(self.seen, f"{name} {value}", row.line)):
            row.errors.append(says(line=earlier))


def _users(usernames: Iterable[str]) -> Iterable[User]:
    return User.objects.filter(username__in=usernames).select_related("extension")


def _clean(row: ExtensionRow, model: type[Extension] | type[User], name: str, text: str) -> str:
    """As the form checks it; what is wrong is added to the row's errors, with the column's name."""
    checked: Any = model._meta.get_field(name)
    try:
        return str(checked.clean(text, None))
    except ValidationError as error:
        label = next(one.label for one in FIELDS if one.name == name)
        row.errors += [OF_COLUMN(column=label, reason=reason) for reason in reasons_of(error)]
        return text


def _changes(row: ExtensionRow) -> list[str]:
    """The columns in which a row differs from what there is."""
    if row.present is None:
        return []
    user, queues = row.present.user, {queue.pk for queue in row.present.live_queues}  # type: ignore[attr-defined]
    differs = {
        _("Name"): row.name != row.present.name,
        _("Username"): row.username != user.username,
        _("E-mail"): row.email not in (None, user.email),
        _("Active"): row.active not in (None, user.is_active),
        _("Message Queues"): row.queues is not None and {queue.pk for queue in row.queues} != queues,
    }
    return [label for label, is_other in differs.items() if is_other]
