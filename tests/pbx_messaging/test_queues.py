"""Which queue each task is on, and that the two share no threads."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pbx_messaging.celery import app
from pbx_messaging.processes.pools import PoolOfEachQueue
from pbx_messaging.queues import QUEUES, SENDER, WORKER

pytestmark = pytest.mark.once


def test_every_task_is_on_one_of_the_queues() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == QUEUES.keys()
    assert set(QUEUES.values()) == {SENDER, WORKER}


def test_task_goes_where_the_table_says() -> None:
    assert app.amqp.router.route({}, "sessions.tasks.drain")["queue"].name == SENDER
    assert app.amqp.router.route({}, "sessions.tasks.fetch_attachments")["queue"].name == WORKER


def test_every_nudge_of_the_clock_is_in_the_table(settings: Any) -> None:
    assert settings.NUDGES.keys() <= QUEUES.keys()


@pytest.fixture
def pool(settings: Any) -> Iterator[PoolOfEachQueue]:
    settings.SENDER_TASK_THREADS = settings.WORKER_THREADS = 2
    pool = PoolOfEachQueue(1)
    yield pool
    pool.on_stop()


def test_tasks_that_hang_take_no_thread_of_the_other_queue(pool: PoolOfEachQueue) -> None:
    end, done = threading.Event(), threading.Event()

    def body(name: str) -> None:
        if QUEUES[name] == WORKER:
            end.wait(20)
        else:
            done.set()

    try:
        for _ in range(10):
            pool.on_apply(body, ("sessions.tasks.fetch_attachments",), {})
        pool.on_apply(body, ("sessions.tasks.drain",), {})
        assert done.wait(5)
    finally:
        end.set()
