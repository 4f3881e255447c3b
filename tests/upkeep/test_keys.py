"""Keys are rotated to the end: afterwards the former ones are needed for nothing."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Role
from channels.models import Channel, WebhookAddress
from channels.webhook import url as webhook_url
from health.models import HealthSettings
from pbx_messaging import encryption
from sessions.media import links
from sessions.models import Attachment, Message, PushKey
from sessions.opened import open_session
from sessions.push.vapid import own_key
from tests.accounts.test_two_step import code_of, log_in, set_up
from tests.factories import AUTH_TOKEN, CONTACT, make_agent, make_road
from tests.portal import make_user
from upkeep.keys import rotating

pytestmark = [pytest.mark.ops, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keys(settings: Settings) -> Any:
    """Sets CREDENTIALS_KEYS, as a restart does."""

    def use(*keys: str) -> None:
        settings.CREDENTIALS_KEYS = list(keys)
        encryption._fernet.cache_clear()

    yield use
    encryption._fernet.cache_clear()


@pytest.fixture(autouse=True)
def clean_cache(keys: Any, settings: Settings) -> None:
    keys(*settings.CREDENTIALS_KEYS)


def _rotate(capsys: Any) -> str:
    call_command("rotate_keys")
    return str(capsys.readouterr().out)


def test_rotated_keys_leave_nothing_to_the_former_one(settings: Settings, keys: Any, capsys: Any) -> None:
    old, new = settings.CREDENTIALS_KEYS[0], Fernet.generate_key().decode()
    road = make_road(make_agent("1001"))
    HealthSettings(pk=1, dead_man_url="https://hc.example.com/secret").save()
    own_key()
    grace = make_user("grace")
    secret = set_up(log_in("grace")[0])
    codes = Authenticator.objects.get(user=grace, type="recovery_codes").wrap().get_unused_codes()

    keys(new, old)
    said = _rotate(capsys)
    assert "Now only the first key is needed." in said
    assert "Encrypted anew: 0." in _rotate(capsys)

    keys(new)
    assert Channel.objects.get().credentials["auth_token"] == AUTH_TOKEN
    assert WebhookAddress.objects.get().token == road.token
    assert HealthSettings.load().dead_man_url == "https://hc.example.com/secret"
    assert len(PushKey.objects.get().private) == 43
    browser, _answer = log_in("grace")
    right = browser.post("/profile/two-step/authenticate/", {"code": code_of(secret, 1)})
    assert right["Location"] == "/"
    assert Authenticator.objects.get(user=grace, type="recovery_codes").wrap().get_unused_codes() == codes


def test_rotation_that_was_broken_off_goes_on(
    settings: Settings, keys: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = settings.CREDENTIALS_KEYS[0], Fernet.generate_key().decode()
    agent = make_agent("1001")
    for n in range(4):
        make_road(agent, address=f"+1415555010{n}", name=f"Channel {n}")
    keys(new, old)
    real, left = encryption.encrypt, [3]

    def broken(text: str) -> str:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(text)

    monkeypatch.setattr(rotating, "encrypt", broken)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_keys")
    monkeypatch.setattr(rotating, "encrypt", real)
    assert "Encrypted anew: 5. By the first key already: 3." in _rotate(capsys)


def test_what_no_key_opens_is_named_and_keeps_the_former_keys(settings: Settings, keys: Any) -> None:
    make_road(make_agent("1001"))
    keys(Fernet.generate_key().decode())
    with pytest.raises(CommandError, match=r"No key opens these, so keep the old keys.*channel"):
        call_command("rotate_keys")


def test_what_the_former_secret_key_signed_is_believed(settings: Settings, db: None) -> None:
    root = make_user("root", Role.ADMINISTRATOR)
    number = make_road(make_agent("1001")).number
    session = open_session(number, CONTACT, at=timezone.now())
    message = Message.objects.create(session=session, kind="outbound", created_at=timezone.now())
    attachment = Attachment.objects.create(
        message=message, position=0, state=Attachment.State.STORED, file=ContentFile(b"x", "one.txt")
    )
    token, [link] = webhook_url.new_token(root), links.links_of(message, "twilio", at=timezone.now())
    path = link.removeprefix(settings.PUBLIC_URL)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-one-of-the-tests-" * 3

    assert (webhook_url.issued_to(token), Client().get(path).status_code) == (None, 404)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert (webhook_url.issued_to(token), Client().get(path).status_code) == (root.pk, 200)
    assert attachment.pk
    settings.SECRET_KEY_FALLBACKS = []
    own = webhook_url.new_token(root)
    assert webhook_url.issued_to(own) == root.pk
    assert webhook_url.issued_to(own[:-1] + ("A" if own[-1] != "A" else "B")) is None
