"""What the tests of the agents' page share."""

import pytest
from django.test import Client

from routing.models import Extension
from sessions.models import MessagingSession
from tests.factories import Road, make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post


@pytest.fixture
def direct_road(agents: list[Extension]) -> Road:
    """Its number leads to Ada's extension."""
    return make_road(agents[0], agents[0])


@pytest.fixture
def direct_session(direct_road: Road) -> MessagingSession:
    """Ada's, with one text."""
    signed_post(Client(), direct_road.path, inbound_fields(sid_of(1), "Are you open?"))
    return MessagingSession.objects.get()
