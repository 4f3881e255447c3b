"""What ends by itself is cleared by the clock."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import invitations, tokens
from accounts.models import ApiToken, AuditEntry, Invitation, User
from retention.tasks import clear_leftovers
from sessions.models import Push, PushDevice
from sessions.push.devices import register
from tests.portal import login_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def left(admin_page: Client, administrator: User) -> PushDevice:
    """A login with a device, a token, and an invitation."""
    key = login_of(admin_page).session_key
    tokens.create_token(administrator, name="CRM")
    invitations.invite(make_user("ivan"))
    device = register(administrator, session_key=key, endpoint="https://x", keys={}, agent="")
    Push.objects.create(device=device, next_try_at=timezone.now())
    return device


def there() -> list[int]:
    return [model.objects.count() for model in (Session, UserSession, PushDevice, Push, ApiToken, Invitation)]


def test_what_still_holds_stays(left: PushDevice, admin_page: Client) -> None:
    clear_leftovers()
    assert there() == [1, 1, 1, 1, 1, 1]
    assert admin_page.get("/retention/").status_code == 200


def test_what_is_over_goes(left: PushDevice, later: Callable[[float], None]) -> None:
    entries = AuditEntry.objects.count()
    later(15)
    clear_leftovers()
    assert there() == [0, 0, 0, 0, 1, 1]
    later(3_000)
    clear_leftovers()
    assert there() == [0, 0, 0, 0, 0, 0]
    assert AuditEntry.objects.count() == entries


def test_revoked_token_is_seen_for_a_while(left: PushDevice) -> None:
    for days, count in ((89, 1), (91, 0)):
        ApiToken.objects.update(revoked_at=timezone.now() - timedelta(days=days))
        clear_leftovers()
        assert ApiToken.objects.count() == count
