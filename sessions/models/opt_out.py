"""Who does not want texts any more: a ledger by number and contact; the latest entry holds."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import audit
from channels.itsp import ITSPS
from channels.itsp.base import OptOutScope
from channels.itsp.texts import KeywordKind
from channels.models import Number


class OptOutEntry(models.Model):
    """A contact's STOP or START to one of our numbers, or what stands for it. Its words never change."""

    class Source(models.TextChoices):
        KEYWORD = "keyword", _("The contact's text")
        ITSP = "itsp", _("The ITSP's report")
        REFUSAL = "refusal", _("The ITSP refused a text to the contact")
        LIST = "list", _("The ITSP’s list of opt-outs")
        ADMIN = "admin", _("An administrator")
        AGENT = "agent", _("An agent")

    OURS = frozenset({Source.ADMIN, Source.AGENT})

    number = models.ForeignKey(  # another index begins with it
        Number, on_delete=models.PROTECT, related_name="opt_out_entries", db_index=False
    )
    contact = models.CharField(max_length=64)
    opted_out = models.BooleanField()  # False: opted in again
    source = models.CharField(max_length=8, choices=Source)
    itsp_message_id = models.CharField(max_length=64, blank=True)  # of the text that said so
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=500, blank=True, default="", db_default="")
    at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True)  # when the ITSP's own list had the contact last

    class Meta:
        indexes = [models.Index(fields=["number", "contact", "-id"], name="opt_out_latest")]

    def __str__(self) -> str:
        return f"{self.contact} {'out of' if self.opted_out else 'into'} {self.number_id}"

    @property
    def is_ours(self) -> bool:
        """Somebody of ours said so, and an administrator may take it back."""
        return self.source in self.OURS

    @property
    def counts_for_account(self) -> bool:
        """What the contact texted to the number counts for all of its account, as the ITSP has it."""
        wide = (ITSPS[one.itsp].opt_out_scope is OptOutScope.ACCOUNT for one in self.number.carriers)
        return not self.is_ours and any(wide)

    @property
    def audit_name(self) -> str:
        return f"{self.contact} – {self.number.address}"


class OptOutWord(models.Model):
    """What an administrator added to the words that are built in."""

    class Kind(models.TextChoices):
        STOP = KeywordKind.STOP, _("Opts out")
        START = KeywordKind.START, _("Opts in again")
        HELP = KeywordKind.HELP, _("Asks for help")

    KEY_MOST = 64  # characters

    word = models.CharField(_("Word"), max_length=40)
    key = models.CharField(max_length=KEY_MOST, unique=True)  # of `opt_outs.words`
    kind = models.CharField(_("Meaning"), max_length=8, choices=Kind, default=Kind.STOP)

    class Meta:
        ordering = ["kind", "word"]

    def __str__(self) -> str:
        return self.word


audit.watch(OptOutWord, left_out={"key"})
audit.watch(OptOutEntry, left_out={"by", "at", "itsp_message_id", "listed_at"}, by_people=True)
