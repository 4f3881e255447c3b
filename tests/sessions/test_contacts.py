"""The company's address book."""

import pytest

from sessions.contacts import names_of
from sessions.models import Contact
from tests.factories import CONTACT

pytestmark = pytest.mark.django_db


def test_names_of_addresses() -> None:
    Contact.objects.create(address=CONTACT, name="Ada Lovelace")
    Contact.objects.create(address="+14155550124")
    assert names_of([CONTACT, "+14155550124", "+14155550125"]) == {CONTACT: "Ada Lovelace"}
