"""What is stored of why an extension could not be imported."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

SHORTENED = Kind(
    "extension-shortened",
    _("The spreadsheet has shortened “%(text)s”. Format the column as text and enter it again."),
)
TWICE = Kind("extension-twice", _("The extension stands in line %(line)s already. Remove one of the two."))
USERNAME_TWICE = Kind("username-twice", _("The username stands in line %(line)s already. Use another one."))
NEITHER_YES_NOR_NO = Kind("extension-neither-yes-nor-no", _("Write “yes” or “no” in the column Active."))
DEACTIVATE_ON_PAGE = Kind(
    "extension-deactivate-on-page",
    _("Deactivate it on its own page, which asks where its open sessions go."),
)
NO_QUEUE = Kind(
    "extension-no-queue",
    _("There is no message queue “%(name)s”. Write the names of queues, with | between them."),
)
LOGIN_OF_ANOTHER = Kind("login-of-another", _("“%(user)s” is the login of somebody else."))
LOGIN_OF_EXTENSION = Kind("login-of-extension", _("“%(user)s” is the login of extension %(number)s already."))
ADMINISTRATOR = Kind(
    "login-of-administrator",
    _("This is an administrator. Deactivate the user on the user’s own page."),
)
LOGIN_OFF = Kind(
    "login-off",
    _("The login “%(user)s” is switched off. Make the user active first, or use another one."),
)
