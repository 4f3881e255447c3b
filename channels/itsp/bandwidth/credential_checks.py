"""Whether what an admin has just typed works: asked of both of Bandwidth's APIs, while he waits."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from channels.itsp.bandwidth import lists
from channels.itsp.bandwidth.dashboard import Dashboard
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from pbx_messaging.said import Kind

_LOGIN_REFUSED = Kind(
    "bandwidth-login-refused",
    _(
        "Bandwidth does not accept this API user name and password for this account. Copy the Account "
        "ID anew, and set the API user’s password again."
    ),
)
_NOT_ALLOWED = Kind(
    "bandwidth-not-allowed",
    _("The API user may not send texts. Give it the role HTTP Messaging at Bandwidth."),
)
_NO_ACCOUNT = Kind(
    "bandwidth-no-account",
    _("Bandwidth knows no account with this Account ID. Copy it anew."),
)
_NO_CHECK = Kind(
    "bandwidth-no-check",
    _("Bandwidth gave no clear answer to the check. Save again later to repeat it."),
)
_NO_APPLICATION = Kind(
    "bandwidth-no-application",
    _("The account has no application with this Application ID. Copy the ID of the messaging application."),
)


def check(credentials: Credentials) -> None:
    """Raises `ItspError`. A user who may text but not look at the application is no wrong one."""
    try:
        lists.newest(credentials, settings.ITSP_CHECK_TIMEOUT_S)
    except ItspError as error:
        raise _blaming(error) from error
    try:
        Dashboard(credentials, settings.ITSP_CHECK_TIMEOUT_S).application()
    except ItspError as error:
        if error.code == "404":
            raise _no_application(error) from error


def _blaming(error: ItspError) -> ItspError:
    """With the field that is wrong, where the account is refused."""
    if error.code == "401":
        error.field = "api_password"
        error.reason = _LOGIN_REFUSED()
    elif error.code == "403":
        error.field = "api_user"
        error.reason = _NOT_ALLOWED()
    elif error.code == "404":
        error.field = "account_id"
        error.reason = _NO_ACCOUNT()
    elif error.advice is not Advice.STOP:
        error.reason = _NO_CHECK()
    return error


def _no_application(error: ItspError) -> ItspError:
    error.field = "application_id"
    error.reason = _NO_APPLICATION()
    return error
