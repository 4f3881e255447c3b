"""Each outsider never answers, or sends a byte a second for ever: nothing of ours waits for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Invitation, Role, User
from channels.actions import ask_for_check
from health.alarms import signing, telling
from health.models import AlarmWishes, HealthSettings
from pbx_messaging.nudges import nudge
from routing.models import Extension
from sessions import actions, opened
from sessions.models import Attachment, Attempt, Event, Lane, Message
from sessions.push import devices
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road
from tests.faults.drain import WHOLE
from tests.pbx_messaging.outside.hanging import Outsider, hanging
from tests.portal import logged_in
from tests.product import Stack
from tests.push_service import Browser
from tests.servers import Simulator
from tests.sessions.receiving.load import Load
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

CHANNELS, EACH = 3, 6  # whose outsider hangs, and of how many things at once
TEXTS = 6 if WHOLE else 3
# Until a text has left, or is there and told of; with one pool of threads it was 146 s. `make test` runs
# other tests beside this one.
MOST_S = 5.0 if WHOLE else 10.0
PATHS = {"media": "/Media/", "look-ups": "/Messages/SM", "set-up checks": "/IncomingPhoneNumbers"}
KINDS = [*PATHS, "mail", "push", "alarms"]


@dataclass
class World:
    """Channels on the simulator's account, one of which writes, and one that is written to."""

    simulator: Simulator
    mail_server: Outsider
    push_services: list[Outsider]
    receiver: Outsider  # of alarms
    agent: Extension
    roads: list[Road]
    inbound: Road
    stack: Stack = field(init=False)

    def hang(self, kind: str, manner: str) -> None:
        """Has the outsider hang, and everything asked of it that the product asks."""
        if kind in PATHS:
            self.simulator.post("/control/faults", {"kind": manner, "path": PATHS[kind]})
        {
            "media": self._send_pictures,
            "look-ups": self._want_look_ups,
            "set-up checks": self._check_set_up,
            "mail": self._invite,
            "push": self._tell_devices,
            "alarms": self._give_alarm,
        }[kind]()

    def was_asked(self, kind: str) -> bool:
        if kind == "mail":
            return bool(self.mail_server.connections)
        if kind == "alarms":
            return bool(self.receiver.connections)
        if kind == "push":
            return any(service.connections for service in self.push_services)
        faults = self.simulator.get("/control/faults")["faults"]
        return any(fault["path"] == PATHS[kind] and fault["hits"] for fault in faults)

    def _send_pictures(self) -> None:
        for road in self.roads:
            sid = road.channel.credentials["account_sid"]
            for number in range(EACH):
                with transaction.atomic():
                    session = opened.open_session(road.number, f"+1415557{number:04}", at=timezone.now())
                    message = Message.objects.create(
                        session=session, kind="inbound", created_at=timezone.now(), channel=road.channel
                    )
                url = f"{self.simulator.url}/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME{number}"
                Attachment.objects.create(message=message, position=0, url=url, next_try_at=timezone.now())
                nudge("sessions.tasks.fetch_attachments")

    def _want_look_ups(self) -> None:
        now = timezone.now()
        for road in self.roads:
            for number in range(EACH):
                with transaction.atomic():
                    text = actions.start_session(
                        agent=self.agent, number=road.number, contact=f"+1415558{number:04}", body="Silent"
                    )
                    Lane.objects.filter(number=road.number, contact=text.session.contact).update(head=None)
                    mine = Attempt.objects.filter(message=text)
                    mine.update(
                        status="accepted", claimed_at=now, check_at=now, itsp_message_id=f"SM{text.pk}"
                    )
                    Message.objects.filter(pk=text.pk).update(status="accepted")

    def _check_set_up(self) -> None:
        for road in self.roads:
            for _ in range(EACH):
                ask_for_check(road.channel)

    def _invite(self) -> None:
        for number in range(EACH):
            user = User.objects.create_user(f"guest{number}", email=f"guest{number}@example.com")
            later = timezone.now() + timedelta(days=1)
            invitation = Invitation.objects.create(user=user, expires_at=later)
            nudge("accounts.tasks.mail_invitations", invitation.pk, invitation.pk)

    def _tell_devices(self) -> None:
        """Several services hang, each with several devices."""
        login = logged_in(self.agent.user).session.session_key or ""
        keys = Browser("x").keys
        for service in self.push_services:
            for number in range(EACH):
                endpoint = f"{service.url}/{number}"
                device = devices.register(
                    self.agent.user, session_key=login, endpoint=endpoint, keys=keys, agent=""
                )
                devices.try_out(device)
                nudge("sessions.tasks.push_due")

    def _give_alarm(self) -> None:
        """Several administrators have a webhook, and the monitor of the dead man's switch hangs, too."""
        HealthSettings.objects.create(pk=1, dead_man_url=self.receiver.url)
        nudge("health.tasks.call_dead_man")
        for number in range(EACH):
            user = User.objects.create_user(f"admin{number}", role=Role.ADMINISTRATOR)
            url, secret = f"{self.receiver.url}/{number}", signing.new_secret()
            AlarmWishes.objects.create(user=user, webhook_url=url, webhook_secret=secret)
            telling.try_out(user, now=timezone.now())

    def all_goes_on(self) -> None:
        """Texts leave, arrive and are told of, while it hangs."""
        load = Load(self.stack.url + self.inbound.path)
        for number in range(TEXTS):
            with at_most(f"text {number} to leave"):
                body = f"Leaves {number}"
                actions.start_session(
                    agent=self.agent, number=self.roads[0].number, contact=CONTACT, body=body
                )
                wait_until(lambda body=body: body in self._bodies(), timeout_s=60)  # type: ignore[misc]
            with at_most(f"text {number} to arrive"):
                assert load.post(number).status == 200
            with at_most(f"the event of text {number}"):
                wait_until(lambda: not Event.objects.exists(), timeout_s=60)
            time.sleep(1)

    def _bodies(self) -> set[str]:
        return {one["body"] for one in self.simulator.get("/control/messages")["messages"]}


@contextmanager
def at_most(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    took_s = time.monotonic() - began
    assert took_s < MOST_S, f"{what} took {took_s:.1f} s"


def is_up(stack: Stack, name: str) -> bool:
    return " ready." in stack.logs(400)[name]


@pytest.fixture
def world(simulator: Simulator, start_stack: Callable[..., Stack]) -> Iterator[World]:
    with ExitStack() as ends:
        mail_server = ends.enter_context(hanging())
        account = simulator.get("/control/state")
        credentials = {name: account[name] for name in ("account_sid", "auth_token")}
        agent = make_agent("1001")
        queue = make_queue(agent)
        roads = []
        for number in range(CHANNELS):
            address = f"+1415555010{number}"
            simulator.post("/control/numbers", {"address": address, "rate": "unlimited"})
            roads.append(make_road(queue, agent, address=address, name=address, **credentials))
        push_services = [ends.enter_context(hanging()) for _ in range(CHANNELS)]
        inbound = make_road(queue, name="Inbound")
        receiver = ends.enter_context(hanging())
        world = World(simulator, mail_server, push_services, receiver, agent, roads, inbound)
        stand_in = ",".join(service.url for service in push_services)
        email = f"smtp://127.0.0.1:{mail_server.port}"
        world.stack = start_stack(
            workers=1, EMAIL_URL=email, PUSH_STAND_IN_URLS=stand_in, ALARM_NEAR_URLS=receiver.url
        )
        for name in world.stack.children:
            if name.startswith(("sender", "worker", "background")):
                wait_until(lambda name=name: is_up(world.stack, name), timeout_s=60)  # type: ignore[misc]
        yield world


@pytest.mark.parametrize(
    ("kinds", "manner"),
    [
        pytest.param(KINDS, "hang", marks=pytest.mark.short, id="all hang"),
        pytest.param(KINDS, "drip", id="all drip"),
        *[pytest.param([kind], "hang", id=f"{kind} hang") for kind in KINDS],
        *[pytest.param([kind], "drip", id=f"{kind} drip") for kind in KINDS],
    ],
)
@pytest.mark.long
def test_outsider_that_hangs_delays_nothing_of_ours(world: World, kinds: list[str], manner: str) -> None:
    if manner == "drip":
        world.mail_server.drip = b"220 a"
        world.receiver.drip = b"HTTP/1.1 200 "
        for service in world.push_services:
            service.drip = b"HTTP/1.1 201 "
    for kind in kinds:
        world.hang(kind, manner)
    for kind in kinds:
        wait_until(lambda kind=kind: world.was_asked(kind), timeout_s=20)  # type: ignore[misc]
    world.all_goes_on()
    connection.close()
