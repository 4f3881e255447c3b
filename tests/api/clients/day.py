"""An agent's day by a client that openapi-python-client makes of the document: `day.py ORIGIN TOKEN`."""

import sys
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TypeVar

from desk import AuthenticatedClient
from desk.api.contacts import get_contact, put_contact
from desk.api.directory import attachment, me
from desk.api.messages import cancel, list_messages, reply, reply_with_files, reschedule
from desk.api.sessions import add_note, close, list_sessions, pick_up, reopen, set_tags, snooze, unsnooze
from desk.models import (
    ContactIn,
    ListSessionsState,
    MessageIn,
    MessageWithMedia,
    NoteIn,
    ProblemOut,
    RescheduleIn,
    Scheduled,
    SnoozeIn,
    TagsIn,
)
from desk.types import File

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAFElEQVR4nGNUyD7CAANMDEgANwcAQc4BV1/+Xr8AAAAASUVORK5CYII="
)


Found = TypeVar("Found")


def got(answer: Found | ProblemOut | None) -> Found:
    if answer is None or isinstance(answer, ProblemOut):
        raise SystemExit(f"no answer: {answer}")
    return answer


def main(origin: str, token: str) -> None:
    desk = AuthenticatedClient(base_url=origin, token=token)
    later = datetime.now(UTC) + timedelta(hours=2)
    extension = got(me.sync(client=desk)).extension
    [waiting] = got(list_sessions.sync(client=desk, state=ListSessionsState.WAITING)).items
    session = got(pick_up.sync(waiting.id, client=desk))
    assert extension and session.agent and session.agent.number == extension.number
    messages = got(list_messages.sync(session.id, client=desk)).items
    [text] = [one for one in messages if one.kind == "inbound"]
    got(reply.sync(session.id, client=desk, body=MessageIn(body=f"You wrote: {text.body}")))
    picture = File(payload=BytesIO(PNG), file_name="door.png", mime_type="image/png")
    sent = got(reply_with_files.sync(session.id, client=desk, body=MessageWithMedia(media=[picture])))
    content = attachment.sync_detailed(sent.attachments[0].id, client=desk)
    assert content.content == PNG
    due = got(reply.sync(session.id, client=desk, body=MessageIn(body="Later", due_at=later)))
    got(reschedule.sync(due.id, client=desk, body=RescheduleIn(body="Later still")))
    assert got(cancel.sync(due.id, client=desk)).status == "cancelled"
    got(add_note.sync(session.id, client=desk, body=NoteIn(body="A good day.")))
    got(set_tags.sync(session.id, client=desk, body=TagsIn(tags=["day"])))
    got(snooze.sync(session.id, client=desk, body=SnoozeIn(until=later)))
    got(unsnooze.sync(session.id, client=desk))
    got(put_contact.sync(session.contact, client=desk, body=ContactIn(name="Grace")))
    assert got(get_contact.sync(session.contact, client=desk)).name == "Grace"
    assert got(close.sync(session.id, client=desk, scheduled=Scheduled.CANCEL)).state == "closed"
    assert got(reopen.sync(session.id, client=desk)).state == "owned"
    refused = reply.sync(session.id, client=desk, body=MessageIn(body=" "))
    assert isinstance(refused, ProblemOut) and refused.code == "invalid"


main(*sys.argv[1:])
