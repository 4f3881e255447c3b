"""Why an API token is refused, as programs and as people read it."""

from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Enum):
    """Each with its code, what is the matter, and what to do."""

    UNKNOWN = (
        "unauthenticated",
        _("A valid token is needed."),
        _("Send `Authorization: Bearer …` with a token of your profile that was not revoked."),
    )
    REVOKED = (
        "token_revoked",
        _("This token was revoked."),
        _("Make a new one under Profile > API tokens, and give it to the program."),
    )
    ENDED = (
        "token_expired",
        _("This token has come to its end."),
        _("Make a new one under Profile > API tokens, and give it to the program."),
    )
    INACTIVE = (
        "login_inactive",
        _("The login of this token is inactive."),
        _("An administrator can activate it, or make a token for another extension."),
    )
    TWO_STEP = (
        "two_step_missing",
        _("Two-step login is required, and the user of this token hasn’t set it up."),
        _("Log in to the portal as this user and set it up. The token is accepted from then on."),
    )
    NOTHING_TO_SEE = (
        "no_extension",
        _("The user of this token has no extension any more."),
        _("An administrator can add an extension with this user as its login."),
    )

    def __init__(self, code: str, title: Promise, detail: Promise) -> None:
        self.code, self.title, self.detail = code, title, detail
