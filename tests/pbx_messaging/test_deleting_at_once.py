"""Administrators delete one thing at one moment, or one what others act on: nobody sees an error of ours."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.test import Client

from accounts import tokens
from accounts.actions import update_user
from accounts.gone import Gone
from accounts.models import ApiToken, Role, User
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.inbox import list_settings
from sessions.models import (
    CannedReply,
    Contact,
    ContactField,
    ContactLink,
    ContactValue,
    SavedView,
    Tag,
)
from tests.factories import make_agent, make_queue, make_road
from tests.portal import logged_in, make_user
from tests.product import database_url
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def _user() -> str:
    return f"/users/{make_user('grace', Role.SUPERVISOR).pk}/delete/"


def _token() -> str:
    user = make_agent("1001").user
    token, _secret = tokens.create_token(user, name="CRM", scope=ApiToken.Scope.SEND)
    return f"/users/tokens/{token.pk}/revoke/"


def _contact() -> str:
    return f"/contacts/{Contact.objects.create(address='+14155550123', name='Mei').pk}/delete/"


def _tag() -> str:
    return f"/tags/{Tag.objects.create(name='billing').pk}/delete/"


def _canned_reply() -> str:
    return f"/canned-replies/{CannedReply.objects.create(shortcut='hi', body='Hello').pk}/delete/"


def _channel() -> str:
    return f"/channels/{make_road(make_agent('1001')).channel.pk}/delete/"


def _extension() -> str:
    return f"/extensions/{make_agent('1001').pk}/delete/"


def _deactivated() -> str:
    return f"/extensions/{make_agent('1001').pk}/deactivate/"


def _queue() -> str:
    return f"/queues/{make_queue(make_agent('1001')).pk}/delete/"


THINGS = [_user, _token, _contact, _tag, _canned_reply, _channel, _extension, _deactivated, _queue]


def at_once(*calls: Callable[[Client], Any]) -> list[int]:
    """The statuses of several calls, each by an administrator of its own."""
    pages = [logged_in(make_user(f"admin{n}", Role.ADMINISTRATOR)) for n in range(len(calls))]
    for page in pages:
        page.raise_request_exception = False
    barrier, statuses = threading.Barrier(len(calls)), list[int]()

    def act(call: Callable[[Client], Any], page: Client) -> None:
        try:
            barrier.wait()
            statuses.append(call(page).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in zip(calls, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.mark.parametrize("made", THINGS)
def test_deleted_by_several_at_once(made: Callable[[], str]) -> None:
    path = made()
    statuses = at_once(*[lambda page: page.post(path)] * 4)
    assert set(statuses) <= {302, 404, 409}, statuses
    assert 302 in statuses


def posting(path: str) -> Callable[[Client], Any]:
    return lambda page: page.post(path)


def test_channel_that_is_deleted_while_others_act_on_it(ada: Extension) -> None:
    path = f"/channels/{make_road(ada).channel.pk}/"
    verbs = ("delete", "pause", "resume", "check", "disable", "enable")
    assert set(at_once(*(posting(f"{path}{verb}/") for verb in verbs))) <= {302, 404, 409}
    assert Channel.objects.get().archived_at is not None


Edit = tuple[str, str, dict[str, Any], str]  # the page's path, that of deletion, the fields, a text in them


def _edited_tag() -> Edit:
    path = f"/tags/{Tag.objects.create(name='billing').pk}/"
    return path, f"{path}delete/", {"name": "Zahlung", "colour": "red"}, "Zahlung"


def _edited_reply() -> Edit:
    path = f"/canned-replies/{CannedReply.objects.create(shortcut='hi', body='Hello').pk}/"
    return path, f"{path}delete/", {"shortcut": "hi", "body": "Good day", "owner": "all"}, "Good day"


def _edited_contact() -> Edit:
    path = f"/contacts/{Contact.objects.create(address='+14155550123', name='Mei').pk}/"
    return f"{path}edit/", f"{path}delete/", {"name": "Mei Lin", "notes": "At noon"}, "At noon"


def _edited_field() -> Edit:
    path = f"/contact-settings/fields/{ContactField.objects.create(name='Plan', key='plan').pk}/"
    return path, f"{path}remove/", {"name": "Tariff", "kind": "text"}, "Tariff"


def _edited_archived_field() -> Edit:
    edit = _edited_field()
    contact = Contact.objects.create(address="+14155550123", name="Mei")
    ContactValue.objects.create(contact=contact, field=ContactField.objects.get(), value="gold")
    return edit


def _edited_link() -> Edit:
    pattern = "https://crm.example.com/{number}"
    path = f"/contact-settings/links/{ContactLink.objects.create(label='CRM', pattern=pattern).pk}/"
    return path, f"{path}delete/", {"label": "Customer", "pattern": pattern}, "Customer"


def _edited_extension() -> Edit:
    path = f"/extensions/{make_agent('1001').pk}/"
    return path, f"{path}delete/", {"number": "1001", "name": "Adele", "username": "adele"}, "Adele"


def _edited_queue() -> Edit:
    agent = make_agent("1001")
    path = f"/queues/{make_queue(agent).pk}/"
    fields = {"name": "Sales", "agents": agent.pk}
    return path, f"{path}delete/", fields, "Sales"


def _edited_user() -> Edit:
    path = f"/users/{make_user('grace', Role.SUPERVISOR).pk}/"
    fields = {"username": "grace", "first_name": "Grace", "role": "supervisor"}
    return path, f"{path}delete/", {**fields, "is_active": "on", "was_active": "on"}, "Grace"


EDITED = [
    *(_edited_tag, _edited_reply, _edited_contact, _edited_field, _edited_archived_field, _edited_link),
    *(_edited_extension, _edited_queue, _edited_user),
]
SAYS = "Somebody deleted this meanwhile, so nothing was saved."


def _stored() -> list[Any]:
    """All that pages of this module edit, as far as it is there."""
    models = (Tag, CannedReply, Contact, ContactField, ContactLink, Extension, MessageQueue, User)
    return [list(model._base_manager.order_by("pk").values()) for model in models]


def _fields(page: Client, path: str, typed: dict[str, Any]) -> dict[str, Any]:
    """What a browser posts: what the form shows, and what is typed over it."""
    form = page.get(path).context["form"]
    shown = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in shown.items() if value not in (None, False)} | typed


@pytest.mark.parametrize("made", EDITED)
@pytest.mark.long
def test_edit_of_what_was_deleted_brings_nothing_back_and_loses_nothing(
    admin_page: Client, made: Callable[[], Edit]
) -> None:
    path, deletion, typed, text = made()
    fields = _fields(admin_page, path, typed)
    assert admin_page.post(deletion).status_code == 302
    before = _stored()
    for _ in range(2):  # whoever saves again is told again
        answer = admin_page.post(path, fields)
        said = answer.content.decode()
        assert (answer.status_code, SAYS in said, text in said) == (404, True, True)
        assert _stored() == before
    assert admin_page.get(path).status_code == (200 if made is _edited_user else 404)


@pytest.mark.parametrize("made", EDITED)
@pytest.mark.long
def test_edited_and_deleted_at_once(admin_page: Client, made: Callable[[], Edit]) -> None:
    path, deletion, typed, _text = made()
    fields = _fields(admin_page, path, typed)
    statuses = at_once(*[posting(deletion), lambda page: page.post(path, fields)] * 2)
    assert set(statuses) <= {302, 404, 409}, statuses
    assert admin_page.post(path, fields).status_code == 404


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT])
def test_whoever_edits_a_user_waits_for_administrators_before_anything_is_locked(role: Role) -> None:
    """As whoever deletes does, or each of the two would wait for the other."""
    user, admin = make_user("grace", role), make_user("anna", Role.ADMINISTRATOR)
    other = psycopg2.connect(database_url())

    def edit() -> None:
        update_user(user, was_active=True, first_name="Grace")
        connection.close()

    def waits() -> bool:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() != (0,)

    editing = threading.Thread(target=edit)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", [admin.pk])
        editing.start()
        wait_until(waits)
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE NOWAIT", [user.pk])
    other.rollback()
    other.close()
    editing.join(30)
    user.refresh_from_db()
    assert user.first_name == "Grace"


def test_edit_that_is_overtaken_between_reading_and_saving_brings_nothing_back() -> None:
    tag = Tag.objects.create(name="billing")
    Tag.objects.all().delete()
    with pytest.raises(Gone):
        actions.save_tag(tag, name="Zahlung", colour="red")
    contact = Contact.objects.create(address="+14155550123", name="Mei")
    Contact.objects.all().delete()
    with pytest.raises(Gone):
        actions.save_contact(address=contact.address, known=contact, name="Mei Lin")
    assert (Tag.objects.count(), Contact.objects.count()) == (0, 0)


def test_channel_that_is_edited_when_it_is_deleted_stays_deleted(admin_page: Client, ada: Extension) -> None:
    path = f"/channels/{make_road(ada).channel.pk}/"
    assert admin_page.post(f"{path}delete/").status_code == 302
    answer = admin_page.post(path, {"name": "Zweitleitung", "itsp": "twilio"})
    said = answer.content.decode()
    assert (answer.status_code, SAYS in said, "Zweitleitung" in said) == (404, True, True)
    assert Channel.objects.get().archived_at is not None


def test_user_who_was_deleted_before_is_made_active_again(admin_page: Client) -> None:
    path, deletion, typed, _text = _edited_user()
    admin_page.post(deletion)
    fields = _fields(admin_page, path, typed)
    del fields["was_active"]
    assert 'name="was_active"' not in admin_page.get(path).content.decode()
    assert admin_page.post(path, fields).status_code == 302
    assert User.objects.get(username="grace").is_active


def test_view_that_is_removed_while_it_is_named_says_so(
    ada: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = SavedView.objects.create(user=ada.user, name="Late")
    save = list_settings.save_view

    def save_too_late(view: SavedView, *, name: str) -> SavedView:
        SavedView.objects.all().delete()
        return save(view, name=name)

    monkeypatch.setattr(list_settings, "save_view", save_too_late)
    answer = logged_in(ada.user).post(f"/inbox/views/{view.pk}/", {f"{view.pk}-name": "Later"})
    assert "The view was removed meanwhile: nothing was saved." in answer.content.decode()
    assert SavedView.objects.count() == 0


def test_nobody_writes_to_a_reply_that_is_not_theirs(ada: Extension) -> None:
    reply = CannedReply.objects.create(shortcut="hi", body="Hello")
    answer = logged_in(ada.user).post(f"/canned-replies/{reply.pk}/", {"shortcut": "hi", "body": "Mine"})
    assert answer.status_code == 404
    assert "Hello" not in answer.content.decode()
    reply.refresh_from_db()
    assert reply.body == "Hello"


@pytest.fixture
def ada() -> Extension:
    return make_agent("1001")
