"""The time filter: names of periods, and the moments that they begin and end at."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Period(models.TextChoices):
    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    LAST_7_DAYS = "last-7-days", _("Last 7 Days")
    LAST_30_DAYS = "last-30-days", _("Last 30 Days")
    THIS_MONTH = "this-month", _("This Month")
    ALL = "all", _("All")


Bounds = tuple[datetime | None, datetime | None]  # from, and up to but not including; None: without end
DAY = timedelta(days=1)

# The first day of each period and the day after its last, given today's date.
DAYS: dict[Period, Callable[[date], tuple[date, date]]] = {
    Period.TODAY: lambda today: (today, today + DAY),
    Period.YESTERDAY: lambda today: (today - DAY, today),
    Period.LAST_7_DAYS: lambda today: (today - 6 * DAY, today + DAY),
    Period.LAST_30_DAYS: lambda today: (today - 29 * DAY, today + DAY),
    Period.THIS_MONTH: lambda today: (today.replace(day=1), today + DAY),
}
