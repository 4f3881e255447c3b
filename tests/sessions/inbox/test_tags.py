"""Administrators name the tags that agents choose."""

import pytest
from django.test import Client

from sessions import actions
from sessions.models import MessagingSession, Tag
from tests.portal import errors_of, messages_of, rows_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


def test_tag_is_added_changed_and_deleted(admin_page: Client, post_inbound: Post) -> None:
    assert "No tags yet" in admin_page.get("/tags/").content.decode()
    answer = admin_page.post("/tags/add/", {"name": "Billing", "colour": "green"}, follow=True)
    assert messages_of(answer) == ["The tag “Billing” was added."]
    tag = Tag.objects.get()
    post_inbound(1, "Hello")
    session = MessagingSession.objects.get()
    actions.set_tags(session, tags=[tag])
    admin_page.post(f"/tags/{tag.pk}/", {"name": "Invoices", "colour": "red"})
    assert rows_of(admin_page.get("/tags/")) == [["Invoices", "1"]]
    assert [(one.name, one.colour) for one in session.tags.all()] == [("Invoices", "red")]
    assert "1 session loses it." in admin_page.get(f"/tags/{tag.pk}/delete/").content.decode()
    answer = admin_page.post(f"/tags/{tag.pk}/delete/", follow=True)
    assert messages_of(answer) == ["The tag “Invoices” was deleted."]
    assert list(session.tags.all()) == []


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        (
            {"name": "Billing", "colour": "red"},
            {"name": ["Another tag has this name. Choose another one."]},
        ),
        ({"name": "", "colour": "red"}, {"name": ["This field is required."]}),
    ],
)
def test_tag_that_can_not_be_is_refused_and_kept_in_the_form(
    admin_page: Client, form: dict[str, str], errors: dict[str, list[str]]
) -> None:
    Tag.objects.create(name="Billing")
    answer = admin_page.post("/tags/add/", form)
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, errors)
    assert answer.context["form"]["colour"].value() == "red"
