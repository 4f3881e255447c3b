"""What is stored of why a number could not be imported, and of what is to be done where one has moved."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pbx_messaging.said import Kind

OF_OTHER_CHANNEL = Kind(
    "number-of-other-channel",
    _("The number belongs to the channel “%(name)s”. Remove it there first."),
)
NO_TYPE = Kind("number-no-type", _("Write “Extension” or “Message Queue” as the destination type."))
NO_DESTINATION = Kind("number-no-destination", _("The destination is missing."))
NO_EXTENSION = Kind(
    "number-no-extension",
    _("There is no extension “%(name)s”. Write the number of one that exists."),
)
NO_QUEUE = Kind(
    "number-no-queue",
    _("There is no message queue “%(name)s”. Write the name of one that exists."),
)
NOT_ALLOWED = Kind(
    "number-no-such-extensions",
    _("There is no extension %(names)s. Write the numbers of extensions, separated by spaces."),
)
CAME = Kind(
    "number-came",
    _(
        "%(number)s was on the channel “%(former)s”. Give it this channel’s Webhook URL at %(itsp)s; the "
        "set-up check says whether that is done, and can do it."
    ),
)
LEFT = Kind(
    "numbers-left",
    ngettext_lazy(
        "%(numbers)s left the channel. Its webhook at %(itsp)s still names this channel: change it, "
        "or texts to it arrive only while another channel of the same account has it.",
        "%(numbers)s left the channel. Their webhooks at %(itsp)s still name this channel: change "
        "them, or texts to them arrive only while another channel of the same account has them.",
        "count",
    ),
)
