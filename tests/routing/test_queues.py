import threading

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from routing.models import MessageQueue
from tests.factories import make_agent, make_queue
from tests.portal import errors_of, logged_in, messages_of, rows_of


def test_queue_is_added_with_its_agents(admin_page: Client) -> None:
    ada, ben = make_agent("1001", "Ada"), make_agent("1002", "Ben")
    values = {"name": "Support", "agents": [ada.pk, ben.pk], "pickup_mode": "manual"}
    answer = admin_page.post("/queues/add/", values, follow=True)
    assert messages_of(answer) == ["The message queue “Support” was added."]
    assert rows_of(answer) == [
        ["Support", "1001 Ada 1002 Ben", "Manual pickup", "0 of 2 1001 Ada: Offline 1002 Ben: Offline", "–"]
    ]


def test_queue_is_edited(admin_page: Client) -> None:
    ada, ben = make_agent("1001", "Ada"), make_agent("1002", "Ben")
    queue = make_queue(ada)
    page = admin_page.get(f"/queues/{queue.pk}/").content.decode()
    assert f'<option value="{ada.pk}" selected>1001 Ada</option>' in page
    assert f'<option value="{ben.pk}">1002 Ben</option>' in page
    values = {"name": "Sales", "agents": [ben.pk], "pickup_mode": "manual"}
    answer = admin_page.post(f"/queues/{queue.pk}/", values, follow=True)
    assert rows_of(answer) == [["Sales", "1002 Ben", "Manual pickup", "0 of 1 1002 Ben: Offline", "–"]]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "x" * 128}, {"name": ["Ensure this value has at most 127 characters (it has 128)."]}),
        ({"name": "Support"}, {"name": ["Another message queue has this name. Choose another one."]}),
        (
            {"agents": ["999"]},
            {"agents": ["Select a valid choice. 999 is not one of the available choices."]},
        ),
        (
            {"pickup_mode": "later"},
            {"pickup_mode": ["Select a valid choice. later is not one of the available choices."]},
        ),
    ],
)
def test_queue_with_bad_input_is_refused(
    admin_page: Client, change: dict[str, object], errors: dict[str, list[str]]
) -> None:
    make_queue()
    answer = admin_page.post(
        "/queues/add/", {"name": "Sales", "agents": [], "pickup_mode": "manual"} | change
    )
    assert answer.status_code == 422
    assert errors_of(answer.context["form"]) == errors
    assert [queue.name for queue in MessageQueue.objects.all()] == ["Support"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_queues_of_one_name_added_at_once_are_one(administrator: User) -> None:
    browsers = [logged_in(administrator) for _ in range(8)]
    start, statuses = threading.Barrier(8), []

    def add(browser: Client) -> None:
        start.wait()
        statuses.append(browser.post("/queues/add/", {"name": "Sales", "pickup_mode": "manual"}).status_code)
        connection.close()

    threads = [threading.Thread(target=add, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302] + [422] * 7
    assert MessageQueue.objects.count() == 1


def test_queue_without_agents_is_pointed_out(admin_page: Client) -> None:
    make_queue()
    words = "No agents: nobody receives its messages"
    assert rows_of(admin_page.get("/queues/")) == [["Support", words, "Manual pickup", "", "–"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["A", "B"]), ("?sort=-name", ["B", "A"]), ("?sort=agents", ["B", "A"]), ("?q=b", ["B"])],
)
def test_queue_list_searches_and_sorts(admin_page: Client, query: str, names: list[str]) -> None:
    make_queue(make_agent("1001"), name="A")
    make_queue(name="B")
    assert [row[0] for row in rows_of(admin_page.get(f"/queues/{query}"))] == names


def test_queue_list_costs_the_same_however_many(
    admin_page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agent = make_agent("1001")
    make_queue(agent)
    with django_assert_num_queries(9):
        admin_page.get("/queues/")
    for number in range(20):
        make_queue(agent, name=f"Queue {number}")
    with django_assert_num_queries(9):
        admin_page.get("/queues/")
