"""Why a text of ours was not sent, or may not have been."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pbx_messaging.said import Kind

LOST = Kind("lost", _("The worker that was sending it was lost, so it may or may not have been sent."))
EXPIRED = Kind(
    "expired",
    ngettext_lazy(
        "It waited longer than %(hours)s hour in our queue and was not sent.",
        "It waited longer than %(hours)s hours in our queue and was not sent.",
        "hours",
    ),
)
CONFIRMED_LATE = Kind("confirmed-late", _("It could not be sent within five minutes of the contact’s wish."))
UNCERTAIN = Kind(
    "uncertain",
    _("The ITSP gave no clear answer and can’t tell any more. Ask the contact before you send it again."),
)
TWICE = Kind("twice", _("The ITSP has it more than once: %(ids)s."))
OPTED_OUT = Kind("opted-out", _("The contact opted out before it was sent."))
TAKEN_BACK = Kind("taken-back", _("Taken back by %(agent)s."))
TAKEN_BACK_FROM_ITSP = Kind("taken-back-from-itsp", _("Taken back from the ITSP before it was sent on."))
OVERTAKEN = Kind("overtaken", _("The contact wrote before its time."))
CHANNEL_DELETED = Kind("channel-deleted", _("The channel was deleted before the message was sent."))
ERASED = Kind("erased", _("The contact’s data are erased."))
