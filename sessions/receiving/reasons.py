"""Why the journal says that a request came to nothing, and what an administrator does about it.

Reasons are stored in the journal, by their codes, and are what the ITSP's debugger shows; advice is for our
page only.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind, code_of, joined, parts_of

UNKNOWN_URL = Kind("unknown-url", _("The URL is unknown."))
UNSAVED_FORM = Kind("unsaved-form", _("The URL belongs to a form that was never saved."))
REPLACED_URL = Kind("replaced-url", _("The URL was replaced by a new one, and its time is over."))
DELETED_CHANNEL = Kind("to-deleted-channel", _("The channel was deleted."))
WRONG_SIGNATURE = Kind(
    "wrong-signature", _("The signature is wrong: it was made with another Auth Token, or for another URL.")
)
NO_SIGNATURE = Kind("no-signature", _("It has no signature."))
UNKNOWN_KEY = Kind("unknown-key", _("It is signed with a key for webhooks that the channel does not have."))
OTHER_ACCOUNT = Kind("other-account", _("It names another account."))
UNKNOWN_NUMBER = Kind("unknown-number", _("This channel does not have the number %(number)s."))
MOVED_NUMBER = Kind(
    "moved-number",
    _("It came to the Webhook URL of the number's former channel, and was taken in for %(channel)s."),
)
NUMBER_OF_OTHER_ACCOUNT = Kind(
    "number-of-other-account", _("The number is, with another account, that of the channel %(channel)s.")
)
ALREADY_STORED = Kind("already-stored", _("The text is already stored."))
NO_USE = Kind("no-use", _("It holds nothing that we have a use for."))
NOT_OURS = Kind("not-ours", _("It is about a message that we did not send."))
CANNOT_BE_STORED = Kind("cannot-be-stored", _("The database can't hold what it says."))
VERIFIED_LATER = Kind(
    "verified-later", _("It was held until its Auth Token or key was entered, and taken in then.")
)
ODD_ADDRESS = Kind("odd-address", _("The Webhook URL is not written as the channel shows it: %(mistakes)s."))
BY_GET = Kind("by-get", _("it is called by GET, not POST"))
NO_SLASH = Kind("no-slash", _("its last slash is missing"))
DOUBLE_SLASH = Kind("double-slash", _("a slash is doubled"))
ENCODED_OVERRIDES = Kind(
    "encoded-overrides", _("the # is encoded, so that what stands behind it has no effect")
)
APPENDED = Kind("appended", _("something is appended to it"))
NOT_PROCESSED = Kind("not-processed", _("%(error)s; it is tried again."))
TAKEN_IN = Kind("items-taken-in", _("%(done)s of %(count)s items were taken in."))
NO_LIST = Kind("no-list-of-texts", _("The ITSP has no list of texts to ask for."))

_ADVICE = {
    UNKNOWN_URL: _(
        "Some number at the ITSP has a Webhook URL that PBX never made, or one that was cut when it was "
        "copied. Open the channel, copy its Webhook URL as a whole, and configure it for the number again."
    ),
    UNSAVED_FORM: _(
        "The Webhook URL was copied from the page Add SMS Channel, and then that page was left without "
        "saving. Such a URL never works, and what comes to it can’t be taken in later. Open the saved "
        "channel, copy the Webhook URL that stands there, configure it for the number at the ITSP, and "
        "text the number again."
    ),
    REPLACED_URL: _(
        "The number at the ITSP still has the old Webhook URL. Open the channel, copy its present Webhook "
        "URL, and configure it for the number."
    ),
    DELETED_CHANNEL: _("Remove the Webhook URL from the number at the ITSP, or give it another channel’s."),
    WRONG_SIGNATURE: _(
        "Check in the channel’s Authentication tab that the Auth Token is the one of the account that the "
        "number was purchased with, a sub-account’s own if it is one. If it was renewed at the ITSP, enter "
        "the new one: the texts that are held are then taken in."
    ),
    NO_SIGNATURE: _(
        "The ITSP signs all that it posts, so this is somebody else’s, or a proxy before PBX takes the "
        "signature’s header away: see that it passes all headers on."
    ),
    UNKNOWN_KEY: _(
        "A Webhook Setting at the ITSP signs with a SharedKey. Enter its secret as Webhook Signing Key in "
        "the channel’s Authentication tab, or take the signature out of the Setting. What is held is taken "
        "in then."
    ),
    VERIFIED_LATER: _("Nothing to do: it has arrived, only later than it was sent."),
    ODD_ADDRESS: _(
        "Copy the channel’s Webhook URL as a whole, with what stands behind its #, and paste it at the "
        "number with HTTP POST, or use “Fix it for me” in the set-up check. Texts arrive all the same, but "
        "the ITSP tries less often when PBX does not answer."
    ),
    OTHER_ACCOUNT: _(
        "The number belongs to another account than the channel. Enter the Account SID and Auth Token of "
        "the account that the number was purchased with, or give the number the Webhook URL of that "
        "account’s channel."
    ),
    UNKNOWN_NUMBER: _(
        "Open the channel, add the number in the Number section of Messaging Settings, and save. Then come "
        "back and replay this request: its text then arrives."
    ),
    MOVED_NUMBER: _(
        "The number has moved in PBX, but its webhook at the ITSP still names its former channel. Open the "
        "channel that has the number now, and give the number its Webhook URL, by “Fix it for me” in the "
        "set-up check: if the former channel is deleted, texts that still go there are lost."
    ),
    NUMBER_OF_OTHER_ACCOUNT: _(
        "The ITSP says that the number belongs to this channel’s account; in PBX, it is on a channel of "
        "another account. If it was moved at the ITSP, remove it from that channel, add it to this one, and "
        "replay this request: its text then arrives. Otherwise correct the credentials of that channel."
    ),
    ALREADY_STORED: _("Nothing to do: the ITSP posted the same text again, and it is stored once."),
    NO_USE: _("Nothing to do, unless you expected a text: then the payload below shows what came instead."),
    NOT_OURS: _("Nothing to do: something else sends with the same account."),
    CANNOT_BE_STORED: _(
        "Nothing can come of it, however often it is tried. The payload below shows what the ITSP sent."
    ),
}


def odd(mistakes: Sequence[Kind]) -> str:
    """What is wrong with how an address is written; "" if nothing."""
    return ODD_ADDRESS(mistakes=joined([says() for says in mistakes], by="; ")) if mistakes else ""


def kind_of(reason: str) -> Kind | None:
    """What it says first, if there is something to do about that."""
    first = parts_of(reason)[0]
    code = code_of(first)
    return next((kind for kind in _ADVICE if (kind.code == code if code else kind.begins(first))), None)


def advice_on(reason: str) -> Any:
    """What to do, in words; "" where the reason says it all."""
    kind = kind_of(reason)
    return _ADVICE[kind] if kind else ""
