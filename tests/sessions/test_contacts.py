"""The company's address book."""

import pytest

from sessions.contacts import contact_names, named
from sessions.models import Contact, MessagingSession
from tests.factories import CONTACT
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


def test_names_of_addresses() -> None:
    Contact.objects.create(address=CONTACT, name="Ada Lovelace")
    Contact.objects.create(address="+14155550124")
    assert contact_names([CONTACT, "+14155550124", "+14155550125"]) == {CONTACT: "Ada Lovelace"}


def test_sessions_know_the_name_of_their_contact(post_inbound: Post) -> None:
    Contact.objects.create(address=CONTACT, name="Ada Lovelace")
    post_inbound(1, "Hello")
    post_inbound(2, "Hello", From="+14155550124")
    found = named(MessagingSession.objects.order_by("pk"))
    assert [session.contact_name for session in found] == ["Ada Lovelace", ""]  # type: ignore[attr-defined]
