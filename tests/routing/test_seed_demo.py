from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from routing.models import Extension, MessageQueue

LINES = """\
administrator  admin  admin-demo
agent  alice  alice-demo
agent  bob  bob-demo
agent  carol  carol-demo
agent  dan  dan-demo
"""


@pytest.mark.django_db
def test_seed_demo_twice_is_as_once() -> None:
    for _ in range(2):
        out = StringIO()
        call_command("seed_demo", stdout=out)
        assert out.getvalue() == LINES
    names = [str(extension) for extension in Extension.objects.all()]
    assert names == ["1001 Alice Baker", "1002 Bob Carter", "1003 Carol Diaz", "1004 Dan Evans"]
    queue = MessageQueue.objects.get()
    assert (queue.name, [agent.number for agent in queue.agents.all()]) == (
        "Support",
        ["1001", "1002", "1003"],
    )
    for line in LINES.splitlines():
        _, username, password = line.split()
        assert Client().login(username=username, password=password)
