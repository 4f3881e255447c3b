"""Sentences by which contacts seem to say that they want no more texts. An agent decides what they mean.

Rather one too many than one too few: a proposal costs an agent a look, a missed one may cost a fine. No
sentence opts anybody out by itself.
"""

import re
from collections.abc import Iterable

from django.db.models import Q

from accounts.tidying import tidy
from sessions.models import Message, MessagingSession

_TEXTS = r"(text(s|ing|ed)?|messag\w*|sms|contact(ing)?|writ(e|ing)|send(ing)?|bother(ing)?|spam(ming)?)"
_PATTERNS = (
    # English
    rf"\b(stop|quit|cease|no more|don.?t|do not|never)\b[^.?!]{{0,40}}\b{_TEXTS}\b",
    r"\b(unsubscribe|opt(ed|ing)?[ -]?(me )?out|remove me|take me off|leave me alone)\b",
    r"\bdelete my (number|details|data)\b",
    r"\b(please|just|can you|could you|i said) (stop|quit|cancel)\b\W*$",
    # German
    r"\b(keine|nie)\b[^.?!]{0,30}\b(sms|nachrichten?|texte?)\b",
    r"\b(schreib\w*|schick\w*|kontaktier\w*|send\w*) (sie )?(mir|mich)\b[^.?!]{0,20}\b(nicht|nie|keine)\b",
    r"\b(abmelden|abbestellen|austragen|h(ö|oe)r\w* (sie )?auf)\b",
    # Spanish and Portuguese
    r"\b(no|deje\w*|dejen|pare\w*|não|parem|deixem)\b[^.?!]{0,25}\b(escrib\w*|mand\w*|env(i|í)\w*|mensajes?|mensagens?|sms)\b",
    r"\b(dar\w* de baja|darme de baja|me descadastr\w*|borr\w* mi n(ú|u)mero)\b",
    # French and Italian
    r"\b(arr(ê|e)te[rz]?|ne|cessez)\b[^.?!]{0,30}\b(envoye\w*|(é|e)cri\w*|contacte\w*|messages?|sms|textos?)\b",
    r"\b(d(é|e)sabonne\w*|d(é|e)sinscri\w*)\b",
    r"\b(non|smettete|basta)\b[^.?!]{0,25}\b(scriv\w*|mand\w*|invi\w*|messaggi\w*|sms)\b",
    # Dutch and Swahili
    r"\b(geen|stop|niet)\b[^.?!]{0,25}\b(sms\w*|berichten|app\w*|sturen)\b",
    r"\b(usinitumie|msinitumie|acheni|acha kunitumia)\b",
)
_ASKS_TO_STOP = re.compile("|".join(_PATTERNS), re.I)


def seems_to_opt_out(text: str) -> bool:
    """Whether an agent should be asked."""
    return _ASKS_TO_STOP.search(tidy(text).replace("’", "'")) is not None


def latest_unanswered(session: MessagingSession, known: Iterable[Message] = ()) -> str:
    """The words of the contact's last text in the session, on one line; "" if an agent has written since.

    `known`: messages at the end of its thread, in their order; what they tell is not asked for.
    """
    latest = next((one for one in reversed([*known]) if _counts(one, session)), None) or _latest(session)
    return tidy(latest.body) if latest and latest.kind == Message.Kind.INBOUND else ""


def _counts(message: Message, session: MessagingSession) -> bool:
    is_by_agent = message.kind == Message.Kind.OUTBOUND and message.author_id is not None
    return message.session_id == session.pk and (is_by_agent or message.kind == Message.Kind.INBOUND)


def _latest(session: MessagingSession) -> Message | None:
    by_agents = Q(kind=Message.Kind.OUTBOUND, author__isnull=False)
    counting = session.messages.filter(by_agents | Q(kind=Message.Kind.INBOUND))
    return counting.order_by("-pk").first()
