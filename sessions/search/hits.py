"""Why a session was found: its latest text or note that holds the words, and the part of it to show."""

import re
from collections.abc import Sequence

from django.db.models import OuterRef, Subquery
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from sessions.models import Message, MessagingSession, SearchedMessage
from sessions.search.finding import lexemes_of

BEFORE, AFTER = 24, 90  # characters of the text around the first word


def hits_in(sessions: Sequence[MessagingSession], text: str) -> dict[int, Message]:
    """Finds each session's hit, by its id, in two queries; one that a number or a name found has none."""
    lexemes = lexemes_of(text)
    if not lexemes or not sessions:
        return {}
    holding = SearchedMessage.objects.filter(session_id=OuterRef("pk"), words__hold=lexemes)
    latest = Subquery(holding.order_by("-pk").values("pk")[:1])
    found = MessagingSession.objects.filter(pk__in=[session.pk for session in sessions])
    ids = found.annotate(hit=latest).filter(hit__isnull=False).values_list("hit", flat=True)
    messages = Message.objects.filter(pk__in=list(ids)).select_related("author")
    return {message.session_id: message for message in messages}


def excerpt(body: str, text: str) -> SafeString:
    """The part of a text where the first of the words stands, all of them marked."""
    words = [re.escape(word) for word in re.findall(r"\w+", text)]
    pattern = re.compile(rf"\b({'|'.join(words)})", re.IGNORECASE) if words else None
    first = pattern.search(body) if pattern else None
    begin = max(0, first.start() - BEFORE) if first else 0
    part = body[begin : begin + BEFORE + AFTER]
    marked = _marked(part, pattern) if pattern else escape(part)
    return format_html("{}{}", "…" if begin else "", marked)


def _marked(part: str, pattern: re.Pattern[str]) -> SafeString:
    pieces = pattern.split(part)  # every second one is a word that was looked for
    html = (
        format_html("<mark>{}</mark>", piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces)
    )
    return mark_safe("".join(html))  # noqa: S308  each piece is escaped
