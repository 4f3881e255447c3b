"""What the composer needs beside the session that is open."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import json_script
from django.utils.safestring import SafeString

from channels.itsp.texts import MediaLimits
from routing.models import Extension
from sessions import charges
from sessions.inbox.forms import ReplyForm
from sessions.inbox.later_views import when_context
from sessions.media import content_types, outgoing
from sessions.media.signatures import SIGNATURES
from sessions.media.written import WORDS
from sessions.models import MessagingSession
from sessions.queries import draft_of

register = template.Library()


@dataclass(frozen=True)
class Writing:
    """`body`: what the field begins with. `age_ms`: since the draft was typed, None if there is none.

    `no_files`: why no pictures can be sent, "" if they can.
    """

    body: str
    age_ms: int | None
    no_files: str
    limits: MediaLimits
    usual_price: tuple[Decimal, str] | None  # of a segment to this contact's country, and its currency

    @property
    def most_upload(self) -> int:
        """Bytes that come in at once, before pictures are made to fit; the form itself has some, too."""
        return int(settings.UPLOAD_MAX_BYTES - settings.BODY_MAX_BYTES)

    @property
    def accept(self) -> str:
        """What the file dialog offers."""
        types = sorted(outgoing.types_of(self.limits))
        suffixes = (content_types.suffix_of(one) for one in types)  # some systems know no type of these
        return ",".join((*types, *suffixes))


@register.simple_tag
def writing(session: MessagingSession, agent: Extension, form: ReplyForm) -> Writing:
    """A form that was refused shows what was sent with it; otherwise the draft goes on."""
    draft = draft_of(session, agent)
    age = timezone.now() - draft.updated_at if draft else None
    body = form.data.get("body", "") if form.is_bound else (draft.body if draft else "")
    return Writing(
        body=body,
        age_ms=round(age.total_seconds() * 1000) if age is not None else None,
        no_files=outgoing.hindrance(session.number, session.contact),
        limits=outgoing.limits_of(session.number),
        usual_price=charges.usual_price(session.number.channel_id, session.contact),
    )


@register.simple_tag
def when(form: ReplyForm, session: MessagingSession | None) -> dict[str, Any]:
    """What stands beside the time of a text that was refused; else that is asked for when it is wanted."""
    if not (form.is_bound and form["later"].value()):
        return {}
    return when_context(form, session.queue if session else None)


@register.simple_tag
def file_signatures() -> SafeString:
    """What `frontend/composer/files.js` knows files by, as the server does."""
    return json_script({"signatures": SIGNATURES, "words": WORDS}, "file-signatures")
