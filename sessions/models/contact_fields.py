"""What administrators decide about contacts: fields, links to other systems, and how one calls them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from sessions.models.agents import Contact


class ContactFieldQuerySet(models.QuerySet["ContactField"]):
    def live(self) -> "ContactFieldQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "ContactFieldQuerySet":
        return self.filter(archived_at__isnull=False)


class ContactField(models.Model):
    """Something that is noted of contacts beside name and notes.

    live → archived (its values are kept, and shown nowhere) → live. One without values is deleted.
    """

    MOST = 30  # live ones
    NAME_LENGTH = 40
    OPTIONS_MOST = 50
    OPTION_LENGTH = 100

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("One of a list")
        EMAIL = "email", _("E-mail address")
        WEB = "web", _("Web address")

    name = models.CharField(_("Name"), max_length=NAME_LENGTH)
    key = models.CharField(
        max_length=3 * NAME_LENGTH
    )  # the name, casefolded: by it files and patterns name it
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, default=Kind.TEXT)
    options = models.JSONField(_("Choices"), default=list, blank=True)  # of CHOICE: words, in their order
    in_pane = models.BooleanField(_("Show beside the messages in the inbox"), default=True)
    position = models.PositiveIntegerField(_("Position"), default=0)
    archived_at = models.DateTimeField(null=True)

    objects = ContactFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact field")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(archived_at=None), name="contact_field_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def placeholder(self) -> str:
        """As canned replies and links name it."""
        return f"{{field:{self.name}}}"


class ContactValue(models.Model):
    """What is noted of one contact in one field, as `contacts.values.read_value` writes it; never empty."""

    contact = models.ForeignKey(  # another index begins with it
        Contact, on_delete=models.CASCADE, related_name="field_values", db_index=False
    )
    field = models.ForeignKey(ContactField, on_delete=models.PROTECT, related_name="values")
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "field"], name="contact_value_once")]

    def __str__(self) -> str:
        return f"value {self.pk}"


class ContactLink(models.Model):
    """Leads from a contact to another system. The pattern's placeholders become what is known of it."""

    MOST = 20
    LABEL_LENGTH = 40
    PATTERN_LENGTH = 500

    label = models.CharField(_("Label"), max_length=LABEL_LENGTH)
    pattern = models.CharField(_("Address"), max_length=PATTERN_LENGTH)
    position = models.PositiveIntegerField(_("Position"), default=0)

    class Meta:
        verbose_name = _("contact link")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label


class ContactSettings(models.Model):
    """What holds for all contacts; one row. Who changes fields or links holds it locked."""

    CALL_PATTERN = "tel:{number}"
    PATTERN_LENGTH = 200

    call_pattern = models.CharField(_("Click-to-call"), max_length=PATTERN_LENGTH, default=CALL_PATTERN)

    class Meta:
        verbose_name = _("contact settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="contact_settings_once")]

    def __str__(self) -> str:
        return str(_("Contact settings"))

    @classmethod
    def load(cls) -> "ContactSettings":
        return cls.objects.filter(pk=1).first() or cls(pk=1)


audit.watch(ContactField, left_out={"key"})
audit.watch(ContactLink)
audit.watch(ContactSettings)
