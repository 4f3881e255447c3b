"""Why a contact's picture or file could not be fetched, beside what its ITSP says."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pbx_messaging.said import Kind

FAILED_WITH_US = Kind("fetching-failed", _("Fetching it failed with us; see the log."))
GIVEN_UP = Kind(
    "fetching-given-up",
    ngettext_lazy(
        "%(reason)s It was tried %(count)d time.", "%(reason)s It was tried %(count)d times.", "count"
    ),
)
