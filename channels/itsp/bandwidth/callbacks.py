"""Where the messaging application's callbacks go, as whom, and which: as it is, and as it should be."""

from collections.abc import Sequence

from channels.itsp.bandwidth import check_words as words
from channels.itsp.bandwidth.dashboard import Application
from channels.itsp.base import Credentials
from channels.itsp.set_up import Change

URLS = ("InboundCallbackUrl", "OutboundCallbackUrl")
LOGINS = ("InboundCallbackCreds", "OutboundCallbackCreds")
TYPES = "RequestedCallbackTypes"
TYPE = f"{TYPES}/CallbackType"
WANTED = ("message-sending", "message-delivered", "message-failed")


def changes(application: Application, credentials: Credentials, webhook_url: str) -> list[Change]:
    """What is not as it should be. Bandwidth never tells a password, so the name stands for it."""
    user = str(credentials["callback_user"])
    there = application.texts(TYPE)
    types = ", ".join([*there, *(one for one in WANTED if one not in there)])
    fields = [
        (URLS[0], words.INBOUND_URL(), application.text(URLS[0]), webhook_url),
        (URLS[1], words.STATUS_URL(), application.text(URLS[1]), webhook_url),
        (LOGINS[0], words.INBOUND_USER(), application.text(f"{LOGINS[0]}/UserId"), user),
        (LOGINS[1], words.STATUS_USER(), application.text(f"{LOGINS[1]}/UserId"), user),
        (TYPES, words.CALLBACKS(), ", ".join(there), types),
    ]
    return [Change(*one) for one in fields if one[2] != one[3]]


def changed(application: Application, credentials: Credentials, approved: Sequence[Change]) -> Application:
    """With those changes, and with our password wherever our name is."""
    texts: dict[str, Sequence[str]] = {}
    for change in approved:
        if change.field in URLS:
            texts[change.field] = [change.after]
        elif change.field == TYPES:
            texts[TYPE] = change.after.split(", ")
    for login in LOGINS:
        texts[f"{login}/UserId"] = [str(credentials["callback_user"])]
        texts[f"{login}/Password"] = [str(credentials["callback_password"])]
    return application.changed(texts)
