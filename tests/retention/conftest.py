"""Sessions of some age, as they would be after years."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from routing.models import Extension
from sessions import counts
from sessions.counts import Failure
from sessions.models import Attachment, Attempt, AttemptEvent, Lane, Message, MessagingSession
from tests.factories import CONTACT, Road
from tests.sessions.conftest import agents, post_inbound, queue, road

__all__ = ["agents", "post_inbound", "queue", "road"]
PNG = b"\x89PNG\r\n\x1a\n of nobody"


class Past:
    """Makes what was so many days ago, counted as the roads in and out count it."""

    def __init__(self, road: Road, agent: Extension) -> None:
        self.number, self.agent, self.made = road.number, agent, 0

    def session(
        self,
        days: float,
        *,
        contact: str = CONTACT,
        closed: bool = True,
        texts: int = 1,
        status: DeliveryStatus = DeliveryStatus.DELIVERED,
        lasted: float = 0,
        file: bool = False,
        number: Number | None = None,
    ) -> MessagingSession:
        """Opened `days` ago, closed `lasted` days later; `texts` times a text and its answer."""
        number = number or self.number
        begun = timezone.now() - timedelta(days=days)
        ended = begun + timedelta(days=lasted)
        session = MessagingSession.objects.create(
            number=number,
            contact=contact,
            queue=number.queue,
            agent=self.agent,
            opened_at=begun,
            last_active_at=ended,
            closed_at=ended if closed else None,
            closed_by="agent" if closed else "",
        )
        for place in range(texts):
            at = begun + (ended - begun) * place / max(1, texts - 1)
            self._text(session, at, status, file=file and place == 0)
        session.last_message = session.messages.order_by("pk").last()
        session.save()
        return session

    def _text(self, session: MessagingSession, at: Any, status: DeliveryStatus, *, file: bool) -> None:
        self.made += 1
        channel, place = session.number.channel, self.made
        told = {"session": session, "created_at": at}
        inbound = Message.objects.create(
            kind="inbound", body=f"Zebra {place}", channel=channel, itsp_message_id=f"SM{place:032x}", **told
        )
        counts.note([counts.Change(channel.pk, at, received=1)])
        outbound = Message.objects.create(
            kind="outbound",
            body=f"Okapi {place}",
            author=self.agent,
            client_id=f"c{place}",
            status=status,
            **told,
        )
        lane, _ = Lane.objects.get_or_create(
            number=session.number, contact=session.contact, defaults={"channel": channel}
        )
        counted = DeliveryStatus(status) in {"delivered", "undelivered"}
        failed = status == DeliveryStatus.UNDELIVERED
        attempt = Attempt.objects.create(
            message=outbound,
            lane=lane,
            channel=channel,
            status=status,
            segments=1,
            created_at=at,
            queued_at=at,
            itsp_message_id=f"SMout{place}",
            counted_at=at if counted else None,
            error_code="30003" if failed else "",
        )
        AttemptEvent.objects.create(attempt=attempt, status=status, at=at)
        if failed:
            failure = Failure.of("30003", session.contact)
            counts.note([counts.Change(channel.pk, at, failed=1, failure=failure)])
        elif counted:
            counts.note([counts.Change(channel.pk, at, success=1, segments=1)])
        if file:
            one = Attachment(message=inbound, position=0, content_type="image/png", state="stored")
            one.file.save("x.png", ContentFile(PNG))
            one.preview.save("x.jpg", ContentFile(PNG))


@pytest.fixture
def past(road: Road, agents: list[Extension]) -> Past:
    return Past(road, agents[0])


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock on, by so many days."""
    now = timezone.now

    def move(days: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=days))

    return move
