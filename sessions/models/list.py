"""How somebody has the inbox's lists: their order, which are folded, and filters kept under a name."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def _folded_at_first() -> list[str]:
    return ["snoozed"]


class ListSettings(models.Model):
    """Somebody's own, on all devices; a missing row stands for the defaults."""

    class Sort(models.TextChoices):
        WAITING = "waiting", _("Oldest waiting first")
        UNANSWERED = "unanswered", _("Longest unanswered first")
        NEWEST = "newest", _("Newest first")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_settings"
    )
    sort = models.CharField(max_length=12, choices=Sort, default=Sort.WAITING)
    folded = models.JSONField(default=_folded_at_first)  # names of groups

    def __str__(self) -> str:
        return f"list settings of {self.user_id}"


class SavedView(models.Model):
    """A tab with filters, under a name that its owner gave it."""

    NAME_LENGTH = 40

    user = models.ForeignKey(  # another index begins with it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", db_index=False
    )
    name = models.CharField(_("Name"), max_length=NAME_LENGTH)
    query = models.TextField(blank=True)  # as `Asked.query` writes it

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint("user", Lower("name"), name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
