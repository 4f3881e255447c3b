"""API tokens: only their hash is stored, and they end with what they stand for."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, Role
from routing.models import Extension
from tests.factories import make_agent
from tests.portal import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Extension:
    return make_agent("1001")


def test_only_the_hash_is_stored(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM")
    stored = ApiToken.objects.values().get(pk=row.pk)
    assert stored["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(stored)
    assert token.startswith("pbx_")


def test_bearer_token_stands_for_its_user(agent: Extension) -> None:
    _row, token = tokens.create_token(agent.user, name="CRM")
    headers = (
        f"Bearer {token}",
        f"bearer {token}",
        token,
        f"Basic {token}",
        f"Bearer {token}x",
        "Bearer ",
        "",
    )
    found = [tokens.user_of_token(header) for header in headers]
    assert found == [agent.user, agent.user, None, None, None, None, None]


def test_token_ends_with_what_it_stands_for(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM")
    header = f"Bearer {token}"

    def user_after(**changes: object) -> object:
        for field, value in changes.items():
            subject = agent.user if field == "is_active" else agent
            setattr(subject, field, value)
            subject.save()
        return tokens.user_of_token(header)

    assert user_after(is_active=False) is None
    assert user_after(is_active=True) == agent.user
    assert user_after(archived_at=timezone.now()) is None
    assert user_after(archived_at=None) == agent.user
    tokens.revoke(row)
    assert tokens.user_of_token(header) is None


def test_who_has_nothing_to_see_gets_nowhere() -> None:
    people = [make_user(role, Role(role)) for role in ("administrator", "supervisor", "agent")]
    headers = [f"Bearer {tokens.create_token(user, name='x')[1]}" for user in people]
    assert [tokens.user_of_token(header) for header in headers] == [None, people[1], None]


def test_use_is_noted_once_a_minute(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM")
    queries = []
    for _ in range(3):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tokens.token_of(f"Bearer {token}")
        queries.append(len(captured))
    assert queries == [2, 1, 1]
    long_ago = timezone.now() - timedelta(seconds=61)
    ApiToken.objects.filter(pk=row.pk).update(last_used_at=long_ago)
    tokens.token_of(f"Bearer {token}")
    row.refresh_from_db()
    assert row.last_used_at is not None and row.last_used_at > long_ago
