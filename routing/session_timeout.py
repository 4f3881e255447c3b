"""How long nothing may happen in a session before it is closed: of a channel, or of a message queue."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SessionTimeout(models.Model):
    """Days and hours together; without days there is no time-out."""

    session_timeout_days = models.PositiveSmallIntegerField(
        gettext_lazy("Session Timeout (Days)"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    session_timeout_hours = models.PositiveSmallIntegerField(
        gettext_lazy("and hours"), default=0, db_default=0, validators=[MaxValueValidator(23)]
    )

    class Meta:
        abstract = True

    @property
    def session_timeout(self) -> timedelta | None:
        if self.session_timeout_days is None:
            return None
        return timedelta(days=self.session_timeout_days, hours=self.session_timeout_hours)


def clean_timeout(form: forms.BaseForm, cleaned: dict[str, Any], *, is_wanted: bool) -> None:
    """Reads both fields of a form into `cleaned`; where none is wanted they are not shown, nor judged."""
    days, hours = "session_timeout_days", "session_timeout_hours"
    if not is_wanted:
        for name in (days, hours):
            form.errors.pop(name, None)
        cleaned[days], cleaned[hours] = None, 0
    elif not form.errors.keys() & {days, hours}:
        cleaned[days], cleaned[hours] = cleaned.get(days) or 0, cleaned.get(hours) or 0
        if not (cleaned[days] or cleaned[hours]):
            form.add_error(days, _("Enter a number of days from 1 to 365, or hours."))
