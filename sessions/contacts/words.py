"""What is stored of why a contact could not be imported: its number, its name, what a field holds."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pbx_messaging.said import Kind

PLACEHOLDER = Kind(
    "contact-placeholder",
    _("“%(text)s” stands for no number. Enter the person’s number, or leave the row out."),
)
NO_NAME = Kind("contact-no-name", _("The name is missing."))
LONG_NAME = Kind("contact-long-name", _("The name is too long: at most %(most)s characters."))
UNKNOWN_NAME = Kind(
    "contact-unknown-name",
    _("“%(text)s” is no phone number, and nobody of this name has texted you."),
)

# What stands in a field.
LONG_VALUE = Kind(
    "value-too-long",
    ngettext_lazy("At most %(most)d character.", "At most %(most)d characters.", "most"),
)
NO_FIGURE = Kind(
    "value-no-number",
    _("“%(text)s” is not a number. Write digits, with a point before decimals."),
)
NO_DATE = Kind("value-no-date", _("“%(text)s” is not a date. Write it as 2026-12-24."))
NEITHER_YES_NOR_NO = Kind("value-neither-yes-nor-no", _("“%(text)s” is neither yes nor no."))
NO_CHOICE = Kind("value-no-choice", _("“%(text)s” is not one of: %(options)s."))
NO_EMAIL = Kind("value-no-email", _("“%(text)s” is not an e-mail address."))
NO_WEB_ADDRESS = Kind(
    "value-no-web-address",
    _("“%(text)s” is not a web address, such as https://example.com/."),
)
SECRET_IN_ADDRESS = Kind("value-secret-in-address", _("Leave user name and password out of the address."))
