"""Why an attachment can't be had, whichever ITSP it lies at."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

PRIVATE = Kind("attachment-private", _("The attachment's address leads into a private network."))
FOREIGN = Kind("attachment-foreign", _("The attachment does not lie at the ITSP."))
ODD = Kind("attachment-odd", _("The attachment's address can't be used."))
NOT_SECURE = Kind("attachment-not-secure", _("The attachment's address is not secure."))
REDIRECTED = Kind("attachment-redirected", _("The attachment is redirected too often."))
GONE = Kind("attachment-gone", _("The attachment is not there."))
TOO_LARGE = Kind("attachment-too-large", _("The attachment is too large."))
