"""What agents work with beside sessions: contacts, canned replies, drafts, their own settings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from channels.senders import shown
from routing.models import Extension, MessageQueue
from routing.sms_field import MAX_BODY
from sessions.models.thread import MessagingSession


class Contact(models.Model):
    """What is known of an outside party. Sessions and lanes hold the address itself, not this row."""

    address = models.CharField(_("Number"), max_length=64, unique=True)  # as the ITSP delivers it
    name = models.CharField(_("Name"), max_length=127, blank=True)
    notes = models.TextField(_("Notes"), blank=True)
    time_zone = models.CharField(_("Time zone"), max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "address"]
        indexes = [models.Index(fields=["name", "id"], name="contact_by_name")]

    def __str__(self) -> str:
        return self.name or shown(self.address)


class CannedReply(models.Model):
    """A text that agents insert by its shortcut; of one agent, of one queue's agents, or of all."""

    shortcut = models.SlugField(_("Shortcut"), max_length=32)
    body = models.TextField(_("Text"), max_length=MAX_BODY)  # may hold {contact}, {agent}, {number}, {queue}
    agent = models.ForeignKey(
        Extension, null=True, blank=True, on_delete=models.CASCADE, related_name="canned_replies"
    )
    queue = models.ForeignKey(
        MessageQueue,
        verbose_name=_("Message Queue"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="canned_replies",
    )

    class Meta:
        ordering = ["shortcut"]
        constraints = [
            models.CheckConstraint(condition=Q(agent=None) | Q(queue=None), name="canned_reply_of_one"),
            *(
                models.UniqueConstraint(
                    fields=["shortcut", *owner],
                    condition=condition,
                    name=f"canned_reply_once_{whose}",
                    violation_error_message=_("Another canned reply has this shortcut. Choose another one."),
                )
                for whose, owner, condition in (
                    ("agent", ["agent"], Q(agent__isnull=False)),
                    ("queue", ["queue"], Q(queue__isnull=False)),
                    ("all", [], Q(agent=None, queue=None)),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class Draft(models.Model):
    """What an agent has typed into a session and not sent yet."""

    session = models.ForeignKey(  # another index begins with it
        MessagingSession, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    agent = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="drafts")
    client_id = models.CharField(max_length=64, db_default="", default="")  # the text's, once it is sent
    body = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "agent"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.agent_id} in {self.session_id}"


MAIL_AFTER = [
    (2, _("after 2 minutes")),
    (5, _("after 5 minutes")),
    (15, _("after 15 minutes")),
    (60, _("after an hour")),
]


class AgentSettings(models.Model):
    """How an agent wants to be told, and to work; a missing row stands for the defaults."""

    class AfterClosing(models.TextChoices):
        STAY = "stay", _("Stay with the closed session")
        NEXT = "next", _("Open the next session of the list")
        LIST = "list", _("Go back to the list")

    class UndoSend(models.IntegerChoices):
        NEVER = 0, _("Not at all: a text goes out at once")
        SHORT = 5, _("For 5 seconds, in which the text is held back")
        LONG = 10, _("For 10 seconds, in which the text is held back")

    agent = models.OneToOneField(Extension, on_delete=models.CASCADE, related_name="client_settings")
    notify_new = models.BooleanField(_("A new session waits"), default=True)
    notify_follow_up = models.BooleanField(_("A contact writes in one of my sessions"), default=True)
    notify_mention = models.BooleanField(_("I am mentioned in a note"), default=True, db_default=True)
    sound = models.BooleanField(_("Play a sound"), default=True)
    title_count = models.BooleanField(_("Count what is unread in the window’s title"), default=True)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)  # by the agent's own clock
    quiet_until = models.TimeField(_("Quiet until"), null=True, blank=True)
    mail_after_minutes = models.PositiveSmallIntegerField(  # None: never
        _("By e-mail, if no device has shown it"), choices=MAIL_AFTER, null=True, blank=True
    )
    undo_send_s = models.PositiveSmallIntegerField(
        _("Undo sending"), choices=UndoSend, default=UndoSend.NEVER, db_default=UndoSend.NEVER
    )
    after_closing = models.CharField(
        _("After closing a session"),
        max_length=8,
        choices=AfterClosing,
        default=AfterClosing.STAY,
        db_default=AfterClosing.STAY,
    )

    def __str__(self) -> str:
        return f"settings of {self.agent_id}"

    @classmethod
    def of(cls, agent: Extension | None) -> "AgentSettings":
        """The agent's own, or the defaults."""
        return cls.objects.filter(agent=agent).first() or cls(agent=agent)


audit.watch(Contact, left_out={"created_at", "updated_at"}, by_people=True)
audit.watch(CannedReply)
