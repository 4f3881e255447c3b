"""The company's address book."""

import pytest

from sessions.contacts import contact_names
from sessions.models import Contact
from tests.factories import CONTACT

pytestmark = pytest.mark.django_db


def test_contact_names_addresses() -> None:
    Contact.objects.create(address=CONTACT, name="Ada Lovelace")
    Contact.objects.create(address="+14155550124")
    assert contact_names([CONTACT, "+14155550124", "+14155550125"]) == {CONTACT: "Ada Lovelace"}
