"""That this database is one from a backup, which the installation that made it may have outlived."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit


class Restoration(models.Model):
    """A restored backup. While one is not `resumed_at`, nothing that waits is sent: a standstill.

    Between `backup_at` and `at` the former installation may have sent what waits here, and taken texts in
    that are not here.
    """

    backup_at = models.DateTimeField(_("Backup begun"))
    at = models.DateTimeField(_("Restored"))
    resumed_at = models.DateTimeField(_("Texts let go again"), null=True)
    resumed_by = models.ForeignKey(  # null: by the command
        settings.AUTH_USER_MODEL,
        verbose_name=_("Let go by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    adopted = models.PositiveIntegerField(default=0)  # texts that waited here, and that the ITSP had already

    class Meta:
        verbose_name = _("restored backup")
        indexes = [models.Index(fields=["at"], condition=Q(resumed_at=None), name="restoration_standing")]

    def __str__(self) -> str:
        return f"restoration {self.pk}"

    @property
    def audit_name(self) -> str:
        return f"{self.backup_at:%Y-%m-%d %H:%M} UTC"


audit.watch(Restoration, left_out={"adopted"})
