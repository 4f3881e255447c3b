"""What PBX itself says of a channel and of what stands by for its numbers."""

from django.utils.translation import gettext_lazy as _

from channels.itsp.set_up import Check
from pbx_messaging.said import Kind

OF_CHECK = Kind("set-up-check", lambda params: str(Check(params["name"]).label))

TAKES_NOTHING = Kind("takes-nothing", _("The ITSP has taken none of its messages for some minutes."))

CANNOT_SEND = Kind("standby-cannot-send", _("The channel “%(name)s” can’t send now."))
IS_WRONG = Kind("standby-is-wrong", _("At “%(name)s”: %(check)s – %(why)s"))
SENDS = Kind("standby-sends", _("Its messages leave by “%(name)s” now."))
WOULD_SEND = Kind("standby-would-send", _("Its messages would leave by “%(name)s” if this channel failed."))
IS_UNTOLD = Kind(
    "standby-is-untold", _("The set-up check of “%(name)s” has not said yet whether the number is there.")
)
MEND_STANDBY = Kind(
    "mend-standby", _("Open that channel: its page says what to mend. Or choose another standby.")
)
CHECK_STANDBY = Kind("check-standby", _("Open that channel and click “Check again”."))
