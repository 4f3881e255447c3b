"""The event stream: live, resumed without a gap, closed with the access, through restarts of everything."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.db import transaction
from django.utils import timezone
from redis import Redis

from accounts import tokens
from accounts.models import ApiToken, Role, SecuritySettings, User
from routing.models import Extension, MessageQueue
from sessions import actions, events
from sessions.models import Message, MessagingSession
from sessions.presence import online
from tests.factories import Road
from tests.portal import login_of, make_user
from tests.product import Stack
from tests.servers import ValkeyServer
from tests.sessions.conftest import Post, sid_of
from tests.sessions.live.listening import Listener
from tests.sessions.receiving.load import Load
from tests.stack import Servers
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

Listen = Callable[..., Listener]


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def stack(waiting: MessagingSession, start_stack: Callable[..., Stack]) -> Stack:
    return start_stack()


@pytest.fixture
def listen(stack: Stack) -> Iterator[Listen]:
    listeners: list[Listener] = []

    def start(user: User | None, last_id: str = "", **more: str) -> Listener:
        listeners.append(Listener(stack.url, user, last_id, **more))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


def record(kind: events.EventKind, session: MessagingSession, times: int = 1) -> None:
    for _ in range(times):
        with transaction.atomic():
            events.record(kind, session)


def streaming(stack: Stack) -> str:
    """The name of the process that serves streams."""
    return "stream" if "stream" in stack.children else "web"


def test_stream_is_live_and_resumes_without_a_gap(
    waiting: MessagingSession, agents: list[Extension], listen: Listen, redis_client: Redis
) -> None:
    supervisor = make_user("vera", Role.SUPERVISOR)
    supervisor.supervised_queues.set(MessageQueue.objects.all())
    vera, ada, cleo = (listen(user) for user in (supervisor, agents[0].user, agents[2].user))
    first_id, kind, _data = ada.next()
    assert (kind, cleo.next()[1], vera.next()[1]) == ("hello", "hello", "hello")
    assert vera.next()[1:] == (
        "availability",
        {"session": None, "kind": "availability"},
    )  # Ada came, to a queue of hers
    wait_until(lambda: online.everybody_online() == {agents[0].pk, agents[2].pk})

    record(events.EventKind.SESSION, waiting)
    assert ada.next()[1:] == vera.next()[1:] == ("session", {"session": waiting.pk, "kind": "session"})
    ada.close()
    record(events.EventKind.STATUS, waiting, times=200)
    for again in (listen(agents[0].user, first_id), listen(agents[0].user, last_event_id=first_id)):
        heard = [again.next() for _ in range(201)]
        assert [kind for _id, kind, _data in heard] == ["session"] + ["status"] * 200
        assert len({event_id for event_id, _kind, _data in heard}) == 201
    assert cleo.heard.empty()


def test_replay_tells_only_that_a_session_has_gone(
    waiting: MessagingSession, agents: list[Extension], listen: Listen
) -> None:
    first_id = listen(agents[0].user).next()[0]
    record(events.EventKind.STATUS, waiting, times=3)
    actions.pick_up(waiting, agent=agents[1])
    record(events.EventKind.STATUS, waiting, times=3)
    kinds = [listen(agent.user, first_id).next()[1:] for agent in agents[:2]]
    assert kinds == [
        ("session", {"session": waiting.pk, "kind": "session"}),
        ("status", {"session": waiting.pk, "kind": "status"}),
    ]


@pytest.mark.long
def test_redis_that_lost_its_memory_has_everybody_reload(
    waiting: MessagingSession,
    agents: list[Extension],
    listen: Listen,
    redis_client: Redis,
    valkey: ValkeyServer,
) -> None:
    ada = listen(agents[0].user)
    first_id, kind, _data = ada.next()
    redis_client.flushall()
    assert (kind, ada.until("reset")[-1]) == ("hello", "reset")  # what the sweep finds may come before it
    record(events.EventKind.SESSION, waiting)
    assert ada.until("session")[-1] == "session"
    assert listen(agents[0].user, first_id).next()[1] == "reset"
    valkey.kill()
    time.sleep(1)
    record(events.EventKind.STATUS, waiting)  # for the sweep
    valkey.restart()
    assert ada.until("status")[-1] == "status"


def test_access_ends_or_changes_the_stream_within_seconds(
    waiting: MessagingSession, agents: list[Extension], listen: Listen, stack: Stack
) -> None:
    supervisor = make_user("vera", Role.SUPERVISOR)
    supervisor.supervised_queues.set(MessageQueue.objects.all())
    row, token = tokens.create_token(agents[1].user, name="phone")
    vera, ada, ben, cleo = (
        listen(supervisor),
        listen(agents[0].user),
        listen(None, token=token),
        listen(agents[2].user),
    )
    every = [ada, ben, cleo]
    assert [one.next()[1] for one in every] == ["hello"] * 3

    queue = waiting.queue
    assert queue is not None
    queue.agents.set([agents[1], agents[2]])
    assert (ada.next()[1], cleo.next()[1]) == ("reset", "reset")
    record(events.EventKind.MESSAGE, waiting)
    assert (ben.next()[1], cleo.next()[1]) == ("message", "message")

    tokens.revoke(row)
    supervisor.supervised_queues.clear()
    User.objects.filter(pk=agents[2].user_id).update(password="another")
    ada.browser.logout()
    for one in (vera, *every):
        assert wait_until(one.ended.is_set, timeout_s=10)
    assert ada.heard.empty()

    User.objects.filter(pk=agents[0].user_id).update(is_active=False)
    refused = [
        {"Cookie": "pbx_session=x"},
        {},
        {"Authorization": f"Bearer {token}"},
        {"Authorization": "Bearer x"},
    ]
    answers = [requests.get(f"{stack.url}/events/", headers=shown, timeout=10) for shown in refused]
    assert [answer.status_code for answer in answers] == [401] * 4
    codes = ["unauthenticated", "unauthenticated", "token_revoked", "unauthenticated"]
    assert [answer.json()["code"] for answer in answers] == codes
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert [answer.headers["WWW-Authenticate"].split()[0] for answer in answers] == ["Bearer"] * 4
    wrong = requests.post(f"{stack.url}/events/", timeout=10)
    assert (wrong.status_code, wrong.headers["Allow"], wrong.json()["status"]) == (405, "GET, HEAD", 405)
    heads = [requests.head(f"{stack.url}/events", headers=shown, timeout=10) for shown in refused]
    assert [head.status_code for head in heads] == [401] * 4


def test_stream_ends_with_its_one_login_with_its_token_and_with_a_duty(
    agents: list[Extension], listen: Listen
) -> None:
    row, token = tokens.create_token(agents[1].user, name="phone", days=30)
    here, there = listen(agents[0].user), listen(agents[0].user)
    program, cleo = listen(None, token=token), listen(agents[2].user)
    assert [one.next()[1] for one in (here, there, program, cleo)] == ["hello"] * 4
    here.browser.post(f"/profile/sessions/{login_of(there.browser).pk}/end/")
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert wait_until(lambda: there.ended.is_set() and program.ended.is_set(), timeout_s=10)
    assert not here.ended.is_set()
    SecuritySettings.objects.create(pk=1, two_step_required_of="everybody")
    assert wait_until(lambda: here.ended.is_set() and cleo.ended.is_set(), timeout_s=10)


@pytest.mark.long
def test_page_that_is_gone_is_nowhere_and_the_others_learn_of_it(
    waiting: MessagingSession, agents: list[Extension], listen: Listen
) -> None:
    ada, ben = listen(agents[0].user, page="one"), listen(agents[1].user, page="two")
    assert (ada.next()[1], ben.next()[1]) == ("hello", "hello")
    for agent, page in zip(agents, ("one", "two"), strict=False):
        online.open_session(waiting, agent=agent, page=page)
    assert ada.next()[1:] == ada.next()[1:] == ("viewers", {"session": waiting.pk, "kind": "viewers"})
    time.sleep(4)  # longer than what nobody confirms
    assert online.viewers(waiting) == agents[:2]
    ben.close()
    assert ada.next(timeout_s=15)[1:] == ("viewers", {"session": waiting.pk, "kind": "viewers"})
    assert online.viewers(waiting) == agents[:1]
    assert online.online(agent.pk for agent in agents) == {agents[0].pk}


def test_client_that_does_not_read_is_cut_off_and_delays_nobody(
    waiting: MessagingSession, agents: list[Extension], listen: Listen, stack: Stack, redis_client: Redis
) -> None:
    ada, ben = listen(agents[0].user), listen(agents[1].user)
    assert (ada.next()[1], ben.next()[1]) == ("hello", "hello")
    key = ben.browser.cookies["pbx_session"].value
    ben.close()
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", stack.stream_port))
        slow.sendall(f"GET /events/ HTTP/1.1\r\nHost: x\r\nCookie: pbx_session={key}\r\n\r\n".encode())
        assert slow.recv(12) == b"HTTP/1.1 200"
        large = json.dumps({"kind": "x" * 2_000, "session": 1, "audience": [agents[1].pk]})
        for _ in range(10):  # 20 MB, more than the kernel keeps for it
            with redis_client.pipeline(transaction=False) as pipeline:
                for _ in range(1_000):
                    pipeline.xadd(events.STREAM, {"event": large}, maxlen=10_000)
                pipeline.execute()
        record(events.EventKind.SESSION, waiting)
        assert ada.next()[1] == "session"
        slow.settimeout(10)
        received = 0
        while chunk := slow.recv(1 << 16):
            received += len(chunk)
    assert received < 15_000_000


@pytest.fixture
def valkey(servers: Servers) -> Iterator[ValkeyServer]:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to kill")
    yield servers.valkey
    servers.valkey.restart()


def text(stack: Stack, road: Road, number: int) -> int:
    """Posts a text and returns the answer's status; 0 without one."""
    return Load(stack.url + road.path).post(number).status


@pytest.mark.long
def test_events_go_on_through_restarts_of_the_stream(
    waiting: MessagingSession, agents: list[Extension], listen: Listen, stack: Stack
) -> None:
    last_id = listen(agents[0].user).next()[0]
    process = stack.children[streaming(stack)]
    for how in (signal.SIGTERM, signal.SIGKILL):
        record(events.EventKind.STATUS, waiting, times=5)
        process.signal(how)
        assert process.wait(10)
        process.kill()
        record(events.EventKind.MESSAGE, waiting, times=5)
        stack.start(process.name)
        with ThreadPoolExecutor() as pool:  # they all come back at once
            crowd = list(pool.map(listen, [agents[0].user] * 8, [last_id] * 8))
        for one in crowd:
            assert [one.next()[1] for _ in range(10)] == ["status"] * 5 + ["message"] * 5
        record(events.EventKind.SESSION, waiting)
        last_id, kind, _data = crowd[0].next()
        assert kind == "session"


@pytest.mark.long
def test_event_of_a_web_process_killed_between_commit_and_publish_is_not_lost(
    waiting: MessagingSession,
    agents: list[Extension],
    road: Road,
    valkey: ValkeyServer,
    start_stack: Callable[..., Stack],
) -> None:
    stack = start_stack(REDIS_TIMEOUT_S="6")  # so long does publishing wait for the frozen Valkey
    serving = "stream" if "stream" in stack.children else "web"
    ada = Listener(stack.url, agents[0].user)
    last_id, kind, _data = ada.next()
    assert kind == "hello"
    valkey.freeze()
    with ThreadPoolExecutor() as pool:
        status = pool.submit(text, stack, road, 7)
        wait_until(lambda: Message.objects.filter(itsp_message_id=sid_of(7)).exists())
        stack.kill(serving)
        valkey.kill()  # with what it had not read yet
        valkey.restart()
        # Behind the proxy another process answers in its place, that the text is stored.
        assert (status.result() == 200) == (serving == "stream")
    stack.start(serving)
    again = Listener(stack.url, agents[0].user, last_id)
    assert again.until("message")[-1] == "message"
    ada.close()
    again.close()
