"""Files that are imported: what was uploaded, how far it is, and what became of its rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from pbx_messaging.said import SaidJSONField


class Import(models.Model):
    """One file on its way into the database.

    loading (its rows are being read: of a large file by a worker, which may refuse it) → mapping (somebody
    says what its columns mean) → running (a worker stores a piece at a time) → done, or cancelled: then the
    pieces that were not begun are left out.
    """

    class State(models.TextChoices):
        LOADING = "loading", _("Being read")
        MAPPING = "mapping", _("Not started")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        REFUSED = "refused", _("Can’t be read")

    kind = models.CharField(max_length=16)  # a name in settings.IMPORT_KINDS
    target_id = models.BigIntegerField(null=True)  # what it is imported into, where the kind has such
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.LOADING)
    name = models.CharField(max_length=127, blank=True)  # of the file; "" was pasted
    # Of each column of the file: heading, samples, and how many rows have something in it.
    columns = models.JSONField(default=list)
    meanings = models.JSONField(default=list)  # of each column: a field's name, SKIP, or "" to be asked about
    has_headings = models.BooleanField(default=True)
    rows = models.PositiveIntegerField(default=0)  # the headings are one of them, if there are any
    rows_done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)  # rows of the file
    notes = SaidJSONField(default=list)  # sentences that whoever imports should read at the end
    links = models.PositiveIntegerField(default=0)  # of new logins, that nobody is mailed
    links_taken_at = models.DateTimeField(null=True)
    audit_entry = models.BigIntegerField(null=True)  # its line of the audit log
    # Who reads or stores its rows, and until when nobody else does.
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        indexes = [
            models.Index(fields=["kind", "-id"], name="import_newest"),
            models.Index(fields=["held_until"], condition=models.Q(state="running"), name="import_running"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Pasted rows"))

    @property
    def count(self) -> int:
        """Of its rows, without the headings."""
        return max(self.rows - self.has_headings, 0)

    @property
    def count_words(self) -> str:
        return ngettext("%(n)s row", "%(n)s rows", self.count) % {"n": f"{self.count:,}"}

    @property
    def left(self) -> int:
        return max(self.rows - self.rows_done, 0)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.rows_done // self.rows) if self.rows else 100


class Source(models.Model):
    """Some bytes of a file that a worker still has to read."""

    import_of = models.ForeignKey(  # another index begins with it
        Import, on_delete=models.CASCADE, related_name="sources", db_index=False
    )
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["import_of", "position"], name="import_source_once")]

    def __str__(self) -> str:
        return f"source {self.position} of import {self.import_of_id}"


class Piece(models.Model):
    """Some rows of a file, which are stored in one transaction: all of them or, for now, none.

    The transaction that stores them sets `done_at`, so that they are never stored twice. What is done keeps
    only what went wrong.
    """

    import_of = models.ForeignKey(  # another index begins with it
        Import, on_delete=models.CASCADE, related_name="pieces", db_index=False
    )
    position = models.PositiveIntegerField()
    rows = models.JSONField(default=list)  # (line, cells) of each
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    seen = models.JSONField(default=dict)  # the line of each thing that may be in a file once
    faults = SaidJSONField(default=list)  # (line, cells, reasons) of each row that was left out
    invitations = models.JSONField(default=list)  # ids of those that nobody is mailed

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["import_of", "position"], name="import_piece_once")]

    def __str__(self) -> str:
        return f"piece {self.position} of import {self.import_of_id}"


audit.name_kind(Import)
