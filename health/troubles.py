"""What a check tells of what was found elsewhere: why something was in vain, whose set-up is wrong."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

OF_NUMBER = Kind("of-number", _("%(number)s: %(why)s"))

PRIVATE_ADDRESS = Kind("alarm-private-address", _("the address leads into a private network"))
NOT_MAILED = Kind("alarm-not-mailed", _("the mail server did not take it"))
LOGGED_OUT = Kind("alarm-logged-out", _("its login has ended"))
FORBIDDEN_ADDRESS = Kind("alarm-forbidden-address", _("the address may not be called"))

BACKUP_TOO_LONG = Kind("backup-too-long", _("It took longer than BACKUP_TOTAL_S allows."))
