"""What the clock removes: by the task, with a clock that is moved, and never what no rule covers."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from channels.itsp import ITSPS
from channels.itsp.delivery import IN_FLIGHT, WAITING, DeliveryStatus
from channels.itsp.texts import Charge, Media
from channels.models import Channel
from channels.senders import ANONYMOUS
from retention.models import Kind, LegalHold, Rule, Way
from retention.sweeping import pace as paces
from retention.sweeping import sessions as sweeping
from retention.sweeping.pace import Pace
from retention.tasks import sweep
from routing.models import Extension
from sessions import actions, charges
from sessions.charges import Place, Told
from sessions.media import fetching
from sessions.models import (
    Attachment,
    Attempt,
    AttemptEvent,
    Contact,
    Draft,
    FileToRemove,
    Lane,
    Message,
    MessagingSession,
    SearchedMessage,
    TextCharge,
    WebhookRequest,
)
from sessions.search.finding import matching
from sessions.tasks import remove_files
from stats import costs, counting
from stats.models import ChargeBucket
from stats.queries import counts_by_channel
from tests.factories import CONTACT, Road, make_road
from tests.portal import logged_in
from tests.retention.conftest import PNG, Past

pytestmark = pytest.mark.django_db
OTHER = "+14155550199"
UNSETTLED = sorted(WAITING | IN_FLIGHT)


def rule(kind: Kind, days: int | None, way: Way = Way.DELETE, **more: Any) -> Rule:
    return Rule.objects.create(kind=kind, days=days, way=way, **more)


def counts_are_right() -> bool:
    said = StringIO()
    call_command("recount", "--check", stdout=said)
    return said.getvalue() == "All counts are right.\n"


def files() -> list[str]:
    return [str(one) for one in Path(django_settings.MEDIA_ROOT).rglob("*") if one.is_file()]


def test_nothing_goes_without_a_rule(past: Past) -> None:
    past.session(5_000, texts=3)
    sweep()
    assert (MessagingSession.objects.count(), Message.objects.exclude(body="").count()) == (1, 6)


@pytest.mark.parametrize("kind", [Kind.MESSAGES, Kind.SESSIONS])
def test_what_is_past_its_days_is_deleted_with_all_that_hangs_on_it(
    past: Past, later: Callable[[float], None], kind: Kind, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    old, young = past.session(100, file=True), past.session(50, contact=OTHER)
    Draft.objects.create(session=old, agent=past.agent, body="Zebra", updated_at=old.opened_at)
    counting.fold()
    before = counts_by_channel(None, None)
    rule(kind, 90)
    sweep()
    is_of_sessions = kind == Kind.SESSIONS
    assert MessagingSession.objects.filter(pk=old.pk).exists() is not is_of_sessions
    assert set(Message.objects.values_list("session", flat=True)) == {young.pk}
    assert set(Attempt.objects.values_list("message__session", flat=True)) == {young.pk}
    assert AttemptEvent.objects.count() == 1
    assert Attachment.objects.count() == 0
    assert Lane.objects.filter(contact=CONTACT).exists() is not is_of_sessions
    assert Draft.objects.exists() is not is_of_sessions
    assert len(files()) == 2  # they go after the transaction
    remove_files()
    assert (files(), FileToRemove.objects.count()) == ([], 0)
    assert SearchedMessage.objects.filter(words__hold="zebra").count() == 1
    assert counts_by_channel(None, None) == before
    later(50)
    sweep()
    assert Message.objects.count() == 0
    assert counts_by_channel(None, None) == before


@pytest.mark.parametrize("way", Way)
def test_what_texts_cost_stays_summed_up_and_the_itsps_names_of_them_go(past: Past, way: Way) -> None:
    old, young = past.session(100, texts=2), past.session(50, contact=OTHER)
    channel, charge = Channel.objects.get().pk, Charge(1, Decimal("0.01"), "USD")
    told = [
        Told(Place.of(text, channel, at=text.created_at), text, f"SM{text.pk}", charge)
        for text in Message.objects.exclude(body="").select_related("session")
    ]
    charges.note([], told)
    costs.fold()
    before = list(ChargeBucket.objects.order_by("pk").values_list("currency", "priced", "micros"))
    rule(Kind.MESSAGES, 90, way)
    sweep()
    costs.fold()
    assert set(TextCharge.objects.values_list("message__session", flat=True)) == {young.pk} != {old.pk}
    assert list(ChargeBucket.objects.order_by("pk").values_list("currency", "priced", "micros")) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("kind", [Kind.MESSAGES, Kind.SESSIONS])
def test_recount_finds_what_was_removed(past: Past, kind: Kind, way: Way) -> None:
    past.session(100, texts=3)
    past.session(120, texts=2, status=DeliveryStatus.UNDELIVERED, contact=OTHER)
    past.session(10, texts=2, status=DeliveryStatus.UNDELIVERED, contact=OTHER)
    counting.fold()
    assert counts_are_right()
    rule(kind, 90, way)
    sweep()
    assert counts_are_right()
    Rule.objects.update(kind=Kind.SESSIONS, way=Way.DELETE)
    sweep()
    stay_anonymous = (kind, way) == (Kind.SESSIONS, Way.ANONYMISE)
    assert MessagingSession.objects.count() == (3 if stay_anonymous else 1)
    assert counts_are_right()


def test_anonymised_sessions_keep_times_and_statuses_and_tell_nothing(
    past: Past, agents: list[Extension]
) -> None:
    old = past.session(100, texts=2, file=True)
    Message.objects.create(
        session=old, kind="note", body="Zebra", author_name="Vera", created_at=old.opened_at
    )
    rule(Kind.SESSIONS, 90, Way.ANONYMISE)
    sweep()
    session = MessagingSession.objects.get()
    assert (session.contact, session.kept) == (ANONYMOUS, MessagingSession.Kept.ANONYMOUS)
    assert (session.opened_at, session.closed_at) == (old.opened_at, old.closed_at)
    told = ("kind", "status", "body", "itsp_message_id", "client_id", "author_name", "others")
    assert set(Message.objects.values_list(*told)) == {
        ("inbound", "", "", None, None, None, ""),
        ("outbound", "delivered", "", None, None, None, ""),
        ("note", "", "", None, None, None, ""),
    }
    assert set(Attempt.objects.values_list("status", "itsp_message_id")) == {("delivered", None)}
    assert list(Lane.objects.values_list("contact", flat=True)) == [ANONYMOUS]
    assert Attachment.objects.count() == 0
    assert list(matching(MessagingSession.objects.all(), "zebra")) == []
    with pytest.raises(actions.Unanswerable):
        actions.reopen(session, agent=agents[0])
    with_one = MessagingSession.objects.get()
    sweep()
    assert MessagingSession.objects.get().closed_at == with_one.closed_at


def test_old_messages_of_a_session_that_was_closed_lately_go_and_the_others_stay(past: Past) -> None:
    session = past.session(200, lasted=190, texts=11)  # one each 19 days
    rule(Kind.MESSAGES, 90)
    sweep()
    left = list(Message.objects.filter(kind="inbound").order_by("pk").values_list("body", flat=True))
    assert left == [f"Zebra {n}" for n in range(7, 12)]
    session.refresh_from_db()
    assert session.kept == MessagingSession.Kept.WHOLE
    assert session.last_message is not None


def test_note_in_an_emptied_session_goes_in_its_time(
    past: Past, agents: list[Extension], later: Callable[[float], None]
) -> None:
    session = past.session(100)
    rule(Kind.MESSAGES, 90, Way.ANONYMISE)
    sweep()
    actions.add_note(session, agent=agents[0], body="Zebra again")
    sweep()
    assert Message.objects.filter(body="Zebra again").exists()
    later(91)
    sweep()
    assert not Message.objects.exclude(body="").exists()


def test_channel_has_rules_of_its_own(past: Past, agents: list[Extension]) -> None:
    other = make_road(agents[0], address="+25402161184", name="Other")
    for days in (20, 200):
        past.session(days)
        past.session(days, number=other.number)
    rule(Kind.SESSIONS, 100)
    own = rule(Kind.SESSIONS, None, channel=other.channel)
    sweep()
    assert sorted(MessagingSession.objects.values_list("number__channel__name", flat=True)) == [
        "Main",
        "Other",
        "Other",
    ]
    own.days = 10
    own.save()
    sweep()
    assert list(MessagingSession.objects.values_list("number__channel__name", flat=True)) == ["Main"]


def test_large_session_goes_in_many_small_batches(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paces, "FIRST", 4)
    monkeypatch.setattr(paces, "LEAST", 4)
    monkeypatch.setattr(paces, "MOST", 4)
    past.session(100, texts=9)
    past.session(99, texts=1)
    rule(Kind.SESSIONS, 90)
    sweep()
    assert (MessagingSession.objects.count(), Message.objects.count(), Lane.objects.count()) == (0, 0, 0)


def test_emptied_sessions_are_shown_everywhere(
    past: Past, admin_page: Client, agents: list[Extension], later: Callable[[float], None]
) -> None:
    sessions = {way: past.session(100, contact=f"+1415555017{n}") for n, way in enumerate(Way)}
    for way, session in sessions.items():
        Rule.objects.all().delete()
        LegalHold.objects.all().delete()
        LegalHold.objects.bulk_create(
            LegalHold(address=other.contact) for other in sessions.values() if other != session
        )
        rule(Kind.MESSAGES, 90, way)
        sweep()
    assert set(MessagingSession.objects.values_list("kept", flat=True)) == {MessagingSession.Kept.EMPTIED}
    Rule.objects.update(kind=Kind.SESSIONS, way=Way.ANONYMISE)
    anonymous = past.session(100)
    sweep()
    agent = logged_in(agents[0].user)
    for one in (*sessions.values(), anonymous):
        page = admin_page.get(f"/logs/{one.pk}/")
        assert page.status_code == 200
        assert agent.get(f"/inbox/{one.pk}/").status_code == 200
    assert "Anonymous" in page.content.decode()
    for path in ("/logs/", "/logs/export/", "/logs/export/messages/"):
        answer: Any = admin_page.get(path)
        assert b"".join(answer) if answer.streaming else answer.status_code == 200
    assert agent.get("/inbox/?show=closed").status_code == 200


def test_run_ends_with_its_time(past: Past) -> None:
    past.session(100)
    rule(Kind.SESSIONS, 90)
    assert sweeping.sweep(Pace(0), now=timezone.now()) == 0
    assert MessagingSession.objects.count() == 1


def test_nothing_of_a_contact_on_hold_goes(past: Past, road: Road) -> None:
    session = past.session(1_000)
    LegalHold.objects.create(address=CONTACT)
    contact, at = Contact.objects.create(address=CONTACT, name="Nadia"), session.opened_at
    Draft.objects.create(session=session, agent=past.agent, body="Zebra", updated_at=at)
    AuditEntry.objects.create(
        at=at, action="changed", kind="messaging_sessions.contact", object_id=contact.pk
    )
    sent = str(Attempt.objects.get().itsp_message_id)
    for told in ({"contact": CONTACT}, {"itsp_message_id": sent}):
        WebhookRequest.objects.create(
            channel=road.channel, received_at=at, body=b"x", outcome="processed", **told
        )
    for kind in Kind:
        rule(kind, 9)
    sweep()
    assert Message.objects.exclude(body="").count() == 2
    assert (WebhookRequest.objects.count(), Draft.objects.count()) == (2, 1)
    assert AuditEntry.objects.filter(kind="messaging_sessions.contact").count() == 1
    LegalHold.objects.all().delete()
    sweep()
    assert (Message.objects.count(), WebhookRequest.objects.count(), Draft.objects.count()) == (0, 0, 0)


def test_requests_go_with_the_texts_that_they_brought(past: Past, road: Road) -> None:
    """By default they are kept for thirty days; where texts go sooner, so do they."""
    for days in (11, 9):
        at = timezone.now() - timedelta(days=days)
        WebhookRequest.objects.create(channel=road.channel, received_at=at, body=b"x", reason=str(days))
    rule(Kind.MESSAGES, 10, channel=road.channel)
    sweep()
    assert list(WebhookRequest.objects.values_list("reason", flat=True)) == ["9"]


def test_file_that_comes_after_its_text_is_gone_is_not_kept(
    past: Past, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    session = past.session(100)
    message = session.messages.filter(kind="inbound").get()
    one = Attachment.objects.create(message=message, position=0, url="https://x", next_try_at=timezone.now())
    rule(Kind.SESSIONS, 90)

    def fetched(*_asked: Any) -> Media:
        sweep()
        return Media(PNG, "image/png")

    monkeypatch.setattr(type(ITSPS["twilio"]), "fetch_media", fetched)
    assert fetching.fetch(one.pk) is True
    remove_files()
    assert (files(), Attachment.objects.count()) == ([], 0)


def test_drafts_and_entries_have_rules_too(past: Past) -> None:
    session = past.session(100)
    Draft.objects.create(session=session, agent=past.agent, body="Zebra", updated_at=session.opened_at)
    entry = AuditEntry.objects.create(
        at=session.opened_at, username="root", action="changed", kind="x.y", name="Nadia"
    )
    rule(Kind.DRAFTS, 90)
    rule(Kind.AUDIT, 90, Way.ANONYMISE)
    sweep()
    entry.refresh_from_db()
    assert (entry.name, entry.username, entry.action, Draft.objects.count()) == ("", "", "changed", 0)
    Rule.objects.filter(kind=Kind.AUDIT).update(way=Way.DELETE)
    sweep()
    assert not AuditEntry.objects.filter(pk=entry.pk).exists()


NAMED = {
    Message: {"attachments", "attempts", "charges", "mentions", "last_message"},
    Attempt: {"events", "head", "in_flight"},
    Lane: {"attempts"},
    MessagingSession: {
        *("messages", "drafts", "mentions", "overflows", "Event", "Notice", "tags"),
    },
}


@pytest.mark.once
@pytest.mark.parametrize("model", NAMED)
def test_all_that_hangs_on_a_row_is_known_to_retention(model: type[models.Model]) -> None:
    """What is added later needs a place in `sweeping.texts`: nothing follows by itself."""
    found = set()
    relations: Any = model._meta.get_fields(include_hidden=True)
    for one in relations:
        if one.auto_created and not one.concrete and not one.many_to_many:
            found.add(_name_of(one))
    assert found == NAMED[model]


def _name_of(relation: Any) -> str:
    """As the row itself calls it; where it has no name for it, as the other side does."""
    owner = relation.related_model
    if relation.related_name and not relation.related_name.endswith("+"):
        return str(relation.related_name)
    if "_tags" in owner._meta.db_table:
        return "tags"
    return str(relation.field.name if owner in (Lane, MessagingSession) else owner.__name__)


ONE = st.fixed_dictionaries(
    {
        "days": st.integers(0, 60),
        "lasted": st.integers(0, 40),
        "closed": st.booleans(),
        "contact": st.sampled_from([CONTACT, OTHER]),
        "status": st.sampled_from(["delivered", "undelivered", "failed", "cancelled", *UNSETTLED]),
        "number": st.integers(0, 1),
    }
)
TERM = st.one_of(st.none(), st.integers(1, 60))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(ONE, min_size=1, max_size=6),
    st.fixed_dictionaries(
        {kind: st.tuples(TERM, st.sampled_from(Way)) for kind in (Kind.MESSAGES, Kind.SESSIONS)}
    ),
    st.one_of(st.none(), TERM),
    st.booleans(),
)
def test_retention_never_removes_what_no_rule_covers(
    past: Past,
    road: Road,
    made: list[dict[str, Any]],
    terms: dict[Kind, tuple[int | None, Way]],
    own: int | None,
    held: bool,
) -> None:
    """Neither more than the rules say, nor less."""
    _clear()
    other = make_road(past.agent, address="+25402161185", name="Second")
    for kind, (days, way) in terms.items():
        rule(kind, days, way)
    if own is not None:
        rule(Kind.SESSIONS, own, channel=other.channel)
    if held:
        LegalHold.objects.create(address=OTHER)
    stay, words = set(), set()
    open_ones = set()
    for one in made:
        key = (one["number"], one["contact"])
        closed = one["closed"] or key in open_ones
        open_ones |= set() if closed else {key}
        number = (road.number, other.number)[one["number"]]
        lasted = min(one["lasted"], one["days"])
        session = past.session(
            one["days"] + 0.5,
            contact=one["contact"],
            closed=closed,
            status=one["status"],
            lasted=lasted,
            number=number,
        )
        free = closed and one["status"] not in UNSETTLED and not (held and one["contact"] == OTHER)
        days_s, way_s = terms[Kind.SESSIONS]
        if one["number"] and own is not None:
            days_s, way_s = own, Way.DELETE
        days_m, _way = terms[Kind.MESSAGES]
        gone = free and days_s is not None and one["days"] - lasted + 0.5 > days_s
        empty = free and days_m is not None and one["days"] + 0.5 > days_m
        stay |= set() if gone and way_s == Way.DELETE else {session.pk}
        words |= set() if gone or empty else {session.pk}
    sweeping.sweep(Pace(60, rests=False), now=timezone.now())
    assert set(MessagingSession.objects.values_list("pk", flat=True)) == stay
    assert set(Message.objects.exclude(body="").values_list("session", flat=True)) == words
    _clear()
    other.number.delete()
    other.channel.delete()


def _clear() -> None:
    MessagingSession.objects.update(last_message=None)
    for model in (AttemptEvent, Attempt, Lane, Message, MessagingSession, Rule, LegalHold):
        model._default_manager.all().delete()
