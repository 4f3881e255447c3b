"""Whatever is done in whatever order, nobody who waits for an answer is out of everybody's sight."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Role, User
from channels.itsp.delivery import DeliveryStatus
from pbx_messaging.redis import redis_client
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.assigning import giving, leaving
from sessions.ending import archiving, unanswered
from sessions.inbox import lists, undoing
from sessions.inbox.asking import Asked, Viewer
from sessions.inbox.bulk_verbs import VERBS
from sessions.inbox.chosen import Chosen
from sessions.lanes import seats
from sessions.models import Attempt, Mention, Message, MessagingSession, Priority, Tag
from sessions.presence import online
from sessions.queries import directed_by, visible_to
from sessions.receiving import intake
from tests.factories import CONTACT, make_agent, make_queue, make_road
from tests.portal import make_user
from tests.sessions.receiving.test_intake import text

pytestmark = pytest.mark.django_db
Mode = MessageQueue.PickupMode
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_STEPS, EXAMPLES = 40, 12  # for about half a minute
index = st.integers(0, 2)
queue_index = st.integers(0, len(Mode) - 1)
actor = st.sampled_from([None, None, None, None, 0, 1, 2])  # None: who has the session, mostly
director = st.sampled_from([0, 1, 2, 3])  # agents, and Sue at the end
CONTACTS = (CONTACT, "+14155550124")


class House(RuleBasedStateMachine):
    """Ada and Ben in a queue of each mode, which overflow in a ring; Vera supervises, with an extension, and
    Sue without one."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.ids = count(1)
        self.handed_over: tuple[actions.Handover, actions.Actor] | None = None
        self.offer: tuple[str, actions.Actor] | None = None
        ada, ben, vera = self.agents = [make_agent(f"100{n}", name) for n, name in enumerate("ABV")]
        self.queues = [make_queue(ada, ben, name=mode) for mode in Mode.values]
        for queue, onward, mode in zip(self.queues, self.queues[1:] + self.queues[:1], Mode, strict=True):
            MessageQueue.objects.filter(pk=queue.pk).update(
                pickup_mode=mode, alert_after_minutes=1, overflow_after_minutes=1, overflow_queue=onward
            )
        User.objects.filter(pk=vera.user_id).update(role=Role.SUPERVISOR)
        vera.user.supervised_queues.set(self.queues)
        self.sue = make_user("sue", Role.SUPERVISOR)
        self.sue.supervised_queues.set(self.queues)
        self.tag = Tag.objects.create(name="order")
        self.road = make_road(self.queues[0], ada, ben)
        self.there(ada=True, ben=True)
        self.text_comes("Hello?")

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # --- what contacts and clocks do ---

    @rule(words=st.sampled_from(["Hello?", "Hello?", "STOP", "START"]), contact=st.sampled_from(CONTACTS))
    def text_comes(self, words: str, contact: str = CONTACT) -> None:
        intake.take_in([text(self.road, next(self.ids), words, From=contact)])
        unless_answered = Attempt.objects.filter(status=DeliveryStatus.SCHEDULED, until_reply=True)
        assert not unless_answered.filter(lane__contact=contact).exists()

    @rule()
    def sessions_are_assigned(self) -> None:
        giving.assign()

    @rule(ada=st.booleans(), ben=st.booleans())
    def there(self, *, ada: bool, ben: bool) -> None:
        """Whether their pages are open."""
        open_ones = [agent for agent, is_open in zip(self.agents[:2], (ada, ben), strict=True) if is_open]
        redis_client().delete("presence:online")
        pages = [f"{agent.pk}:page" for agent in open_ones]
        redis_client().eval(online.SERVING, 0, online.lifetime_ms(), *pages)

    @rule()
    def absent_ones_are_not_waited_for(self) -> None:
        leaving.give_back(now=timezone.now())
        leaving.give_back(now=timezone.now() + HOUR)

    @rule()
    def nobody_answers(self) -> None:
        now = timezone.now() + HOUR
        unanswered.alert(now=now)
        unanswered.overflow(now=now)

    @rule()
    def time_comes(self) -> None:
        seats.queue_due(now=timezone.now() + DAY)

    @rule()
    def texts_fail(self) -> None:
        failed = {"status": DeliveryStatus.FAILED}
        Message.objects.filter(attempts__in=Attempt.objects.filter(status="queued")).update(**failed)
        Attempt.objects.filter(status="queued").update(**failed)

    # --- what agents do ---

    @rule(who=actor)
    def pick_up(self, who: int | None) -> None:
        self.give(lambda session: actions.pick_up(session, agent=self.agent(who)))

    @rule(who=actor, when=st.sampled_from(["now", "later", "unless answered", "held"]))
    def answer(self, who: int | None, *, when: str) -> None:
        due_at = timezone.now() + HOUR if when in ("later", "unless answered") else None
        how: dict[str, Any] = {"due_at": due_at, "hold_s": 5 if when == "held" else 0}
        how["until_reply"] = when == "unless answered"
        self.give(lambda session: actions.reply(session, agent=self.agent(who), body="Yes", **how))

    @rule(who=actor)
    def undo_send(self, who: int | None) -> None:
        written = Message.objects.filter(status__in=["scheduled", "queued"]).order_by("-pk").first()
        if written is not None:
            self.act(lambda _session: actions.undo_send(written, agent=self.agent(who)))

    @rule(who=actor)
    def take_back(self, who: int | None) -> None:
        scheduled = Message.objects.filter(status=DeliveryStatus.SCHEDULED).order_by("pk").first()
        if scheduled is not None:
            self.act(lambda _session: actions.cancel(scheduled, agent=self.agent(who)))

    @rule(who=actor, until_reply=st.sampled_from([None, True, False]))
    def reschedule(self, who: int | None, *, until_reply: bool | None) -> None:
        scheduled = Message.objects.filter(status=DeliveryStatus.SCHEDULED).order_by("pk").first()
        if scheduled is not None:
            said: dict[str, Any] = {"due_at": timezone.now() + 2 * HOUR, "until_reply": until_reply}
            self.act(lambda _session: actions.reschedule(scheduled, agent=self.agent(who), **said))

    @rule(who=actor)
    def send_scheduled_now(self, who: int | None) -> None:
        scheduled = Message.objects.filter(status=DeliveryStatus.SCHEDULED).order_by("pk").first()
        if scheduled is not None:
            self.give(lambda _session: actions.send_now(scheduled, agent=self.agent(who)))

    @rule(who=actor)
    def send_again(self, who: int | None) -> None:
        failed = Message.objects.filter(status=DeliveryStatus.FAILED).order_by("pk").first()
        if failed is not None and not failed.session.closed_at:
            self.act(lambda _session: actions.retry(failed, agent=self.agent(who)))

    @rule(who=actor, to=index)
    def transfer_to_an_agent(self, who: int | None, to: int) -> None:
        self.give(lambda session: self.transfer(session, self.agent(who), self.agent(to)))

    @rule(who=actor, to=queue_index)
    def transfer_to_a_queue(self, who: int | None, to: int) -> None:
        self.give(lambda session: self.transfer(session, self.agent(who), self.queues[to]))

    @rule()
    def undo_transfer(self) -> None:
        if self.handed_over is not None:
            handover, by = self.handed_over
            with suppress(actions.ActedMeanwhile):
                self.act(lambda _session: actions.take_back(handover, agent=by))
        self.handed_over = None

    def transfer(self, session: MessagingSession, by: actions.Actor, to: Extension | MessageQueue) -> None:
        self.handed_over = actions.transfer(session, agent=by, to=to), by

    @rule(who=director, to=index, saw=st.sampled_from(["nothing", "nobody", "what is"]))
    def assign(self, who: int, to: int, saw: str) -> None:
        """What is seen as nobody's is not taken from anybody."""

        def give(session: MessagingSession) -> None:
            owner = MessagingSession.objects.get(pk=session.pk).agent_id
            had_by = {"nothing": ..., "nobody": None, "what is": owner}[saw]
            handover = actions.transfer(session, agent=self.by(who), to=self.agent(to), had_by=had_by)
            assert saw != "nobody" or owner is None
            self.handed_over = handover, self.by(who)

        self.give(give)

    @rule(who=director)
    def take_over(self, who: int) -> None:
        """By Sue, back to its queue."""
        self.give(lambda session: actions.take_over(session, agent=self.by(who)))

    @rule(who=actor, whom=st.sampled_from(["@1000", "@1001", "@1002", "@sue"]))
    def mention(self, who: int | None, whom: str) -> None:
        self.act(lambda session: actions.add_note(session, agent=self.agent(who), body=whom))

    @rule(who=director)
    def read_where_mentioned(self, who: int) -> None:
        """It is read by that, and nothing else; to do something with it takes more than a mention."""
        by = self.by(who)
        user, agent = (by.user, by) if isinstance(by, Extension) else (by, None)
        for session in visible_to(user, agent).exclude(pk__in=directed_by(user, agent).values("pk")):
            before = MessagingSession.objects.filter(pk=session.pk).values().get()
            actions.see_mentions(session, user=user)
            for verb in (actions.pick_up, actions.take_over, actions.close):
                if agent is not None:
                    with suppress(actions.ActionError):
                        verb(session, agent=agent)
                        raise AssertionError(verb)
            assert MessagingSession.objects.filter(pk=session.pk).values().get() == before
            assert not Mention.objects.unseen().filter(user=user, session=session).exists()

    @rule(
        who=director,
        verb=st.sampled_from(sorted(VERBS)),
        to=index,
        is_hard=st.booleans(),
        scheduled=st.sampled_from(["leave", *actions.Scheduled]),
    )
    def many(self, who: int, verb: str, to: int, *, is_hard: bool, scheduled: str) -> None:
        """As the page does it: with all that one sees, whosever they are."""
        by = self.by(who)
        user, agent = (by.user, by) if isinstance(by, Extension) else (by, None)
        sessions = list(directed_by(user, agent).order_by("pk"))
        said: dict[str, Any] = {"unanswered": is_hard, "owned": is_hard, "scheduled": scheduled, "note": ""}
        said = {"add": [self.tag]} if verb == "tag" else said | {"to": self.agent(to)}
        outcome = VERBS[verb](Viewer(user, agent), Chosen(sessions)).run(said)
        assert len(outcome.done) + outcome.refused.total() == len(sessions)
        self.offer = (outcome.token, by) if outcome.token else None

    @rule()
    def undo_many(self) -> None:
        """Whatever was done since."""
        if self.offer is not None:
            token, by = self.offer
            undoing.undo(token, by)
        self.offer = None

    @rule(who=actor)
    def snooze(self, who: int | None) -> None:
        until = timezone.now() + HOUR
        self.give(lambda session: actions.snooze(session, agent=self.agent(who), until=until))

    @rule(who=actor)
    def unsnooze(self, who: int | None) -> None:
        self.act(lambda session: actions.unsnooze(session, agent=self.agent(who)))

    @rule()
    def snoozes_end(self) -> None:
        actions.wake_due(now=timezone.now() + DAY)
        assert not MessagingSession.objects.snoozed().exists()

    @rule(who=actor)
    def archive(self, who: int | None) -> None:
        self.act(lambda session: actions.archive(session, agent=self.agent(who)))

    @rule(who=actor)
    def unarchive(self, who: int | None) -> None:
        self.act(lambda session: actions.unarchive(session, agent=self.agent(who)))

    @rule(who=actor, scheduled=st.sampled_from([None, *actions.Scheduled]))
    def close(self, who: int | None, scheduled: actions.Scheduled | None) -> None:
        self.act(lambda session: actions.close(session, agent=self.agent(who), scheduled=scheduled))

    @rule(who=actor, back=st.integers(0, 2))
    def reopen(self, who: int | None, back: int) -> None:
        """Also one that is not the contact's newest."""
        closed = MessagingSession.objects.filter(closed_at__isnull=False).order_by("-pk")[back : back + 1]
        for session in closed:
            agent = self.agent(who) if who is not None or not session.agent else session.agent
            with suppress(actions.ActionError):
                actions.reopen(session, agent=agent)
                session.refresh_from_db()
                assert session.archived_at is None

    # --- what administrators do ---

    @rule(to=st.sampled_from([None, 1, 2]))
    def ada_leaves(self, to: int | None) -> None:
        with suppress(archiving.Hindered, Extension.DoesNotExist):
            archiving.archive_extension(self.agents[0], to=None if to is None else self.agents[to])

    @rule(queue=queue_index, mode=st.sampled_from(Mode))
    def mode_changes(self, queue: int, mode: str) -> None:
        MessageQueue.objects.filter(pk=self.queues[queue].pk).update(pickup_mode=mode)

    @rule(to=st.integers(0, 1))
    def last_queue_goes(self, to: int) -> None:
        self.queues[1].refresh_from_db()
        MessageQueue.objects.filter(pk=self.queues[1].pk).update(overflow_queue=self.queues[0])
        with suppress(archiving.Hindered, MessageQueue.DoesNotExist):
            archiving.archive_queue(self.queues[2], to=self.queues[to])

    # --- what holds ---

    @invariant()
    def who_waits_is_seen_by_somebody_who_can_answer(self) -> None:
        for session in MessagingSession.objects.open().select_related("queue"):
            if is_unanswered(session):
                assert self.seen_by(session), (session.agent, session.queue, session.archived_at)

    @invariant()
    def what_nobody_owns_is_not_archived(self) -> None:
        assert not MessagingSession.objects.waiting().filter(archived_at__isnull=False).exists()

    @invariant()
    def what_is_snoozed_is_somebody_s_and_open(self) -> None:
        snoozed = MessagingSession.objects.filter(snoozed_until__isnull=False)
        assert not snoozed.filter(Q(agent=None) | Q(closed_at__isnull=False)).exists()

    def seen_by(self, session: MessagingSession) -> list[Extension]:
        """Those in whose lists it is, and who answer, or pick up and answer."""
        return [
            agent for agent in Extension.objects.live() if can_answer(agent, session) and sees(agent, session)
        ]

    def by(self, who: int) -> actions.Actor:
        return self.sue if who == len(self.agents) else self.agent(who)

    def agent(self, who: int | None) -> Extension:
        newest = MessagingSession.objects.order_by("-pk").first()
        owner = newest.agent_id if newest and who is None else None
        return Extension.objects.get(pk=owner or self.agents[who or 0].pk)

    def give(self, verb: Callable[[MessagingSession], object]) -> None:
        """What makes a session somebody's concern: if it is not refused, the archive is left by it."""
        if session := self.act(verb):
            session.refresh_from_db()
            assert session.archived_at is None

    def act(self, verb: Callable[[MessagingSession], object]) -> MessagingSession | None:
        """With the newest session. None if it is refused, or there is none."""
        session = MessagingSession.objects.order_by("-pk").first()
        if session is None:
            return None
        try:
            verb(session)
        except actions.ActionError:
            return None
        return session


def is_unanswered(session: MessagingSession) -> bool:
    """As the thread tells it: no text has left for the queue since one of the contact's, nor a STOP come."""
    texts = session.messages.filter(kind=Message.Kind.INBOUND)
    is_late = Q(attempts__due_at__isnull=False)
    never_left = is_late & (Q(status="cancelled") | Q(status="scheduled", attempts__priority=Priority.API))
    answers = session.messages.filter(kind=Message.Kind.OUTBOUND, author__isnull=False).exclude(never_left)
    ends = [*answers, *texts.filter(body="STOP")]
    return texts.filter(pk__gt=max((one.pk for one in ends), default=0)).exists()


def can_answer(agent: Extension, session: MessagingSession) -> bool:
    if session.agent_id is not None:
        return session.agent_id == agent.pk
    supervised = agent.user.supervised_queues.exclude(pickup_mode=Mode.NONE)
    return session.queue in [*agent.queues.all(), *supervised]


def sees(agent: Extension, session: MessagingSession) -> bool:
    viewer = Viewer(agent.user, agent)
    groups = lists.names_of(viewer, Asked())
    return any(lists.sessions_in(name, viewer, Asked()).filter(pk=session.pk).exists() for name in groups)


@pytest.mark.long
def test_nobody_who_waits_is_lost_whatever_is_done() -> None:
    health = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    bounds = settings(
        phases=[Phase.generate],  # a walk of so few steps is read as it is; to shorten it takes minutes
        max_examples=EXAMPLES,
        stateful_step_count=MOST_STEPS,
        deadline=None,
        suppress_health_check=health,
    )
    run_state_machine_as_test(House, settings=bounds)
