"""What is pasted comes with blanks and characters that nobody sees; no form, import or call minds them."""

import pytest
from django import forms
from django.test import Client
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role, User
from accounts.pasted import cleaned, is_of_words
from channels.models import Channel, Number
from routing.models import Extension, MessageQueue
from sessions.models import Contact, Message, MessagingSession
from tests.api.conftest import Caller, ada, agents, queue, road
from tests.channels.conftest import Filled, filled
from tests.channels.conftest import ada as first
from tests.channels.form import ADD, rule
from tests.factories import OUR_NUMBER, Road, make_agent
from tests.imports.doors import imported
from tests.portal import PASSWORD, errors_of, make_user

__all__ = ["ada", "agents", "filled", "first", "queue", "road"]

UNSEEN = {
    "a blank": " ",
    "a tab": "\t",
    "a line's end": "\r\n",
    "no-break": "\u00a0",
    "narrow no-break": "\u202f",
    "a wide blank": "\u3000",
    "zero width": "\u200b",
    "joiner": "\u200d",
    "non-joiner": "\u200c",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "left to right": "\u200e",
    "right to left": "\u200f",
    "embedding": "\u202a",
    "end of it": "\u202c",
    "isolate": "\u2066",
    "end of isolate": "\u2069",
    "Arabic mark": "\u061c",
    "soft hyphen": "\u00ad",
    "blank of Braille": "\u2800",
}
unseen = st.lists(st.sampled_from(sorted(UNSEEN.values())), max_size=6).map("".join)


@given(before=unseen, between=unseen, after=unseen)
def test_nothing_unseen_is_left_around_a_name_or_in_a_code(before: str, between: str, after: str) -> None:
    assert cleaned(f"{before}Grace Hopper{after}") == "Grace Hopper"
    assert cleaned(f"{before}AC12{between}34{after}", is_code=True) == "AC1234"
    assert cleaned(cleaned(f"{before}a{between}b{after}")) == cleaned(f"{before}a{between}b{after}")
    assert cleaned(before + between) == ""


@pytest.mark.parametrize("name", ["Zoë 👩‍💻", "علی‌رضا", "O’Brien‐Smith", "山田 太郎", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 Ltd", "naïve ❤️"])
def test_what_is_seen_stays(name: str) -> None:
    assert cleaned(f"\u200e {name}\u200b ") == name


# Whose words or passwords are meant as they are typed; a field that is new here needs a thought.
OF_WORDS = {
    "text": {"UploadForm"},
    "notes": {"ContactNotesForm", "EditContactForm", "NewContactForm"},
    "body": {
        "CannedReplyForm",
        "ClosingForm",
        "DraftForm",
        "NewMessageForm",
        "NoteForm",
        "ReplyForm",
        "ScheduledForm",
    },
    "choices": {"ContactFieldForm"},  # `tidy` reads each line of it
    "closed_reply": {"MessageQueueForm"},
    "closing_text": {"ChannelForm"},
    "note": {"TransferForm"},
    "pattern": {"ContactLinkForm"},  # `tidy` reads it
    "status_words": {"CredentialsForm"},  # a line for each word; each is stripped
}
OURS = ("accounts", "imports", "routing", "channels", "sessions", "stats", "health", "upkeep", "api")


def subclasses_of(kind: type) -> set[type]:
    direct: set[type] = set(kind.__subclasses__())
    return direct.union(*(subclasses_of(one) for one in direct))


def test_every_field_is_read_so_but_those_of_words_and_passwords() -> None:
    assert get_resolver().reverse_dict  # all views, and so all forms, are loaded
    of_words: dict[str, set[str]] = {}
    for form in subclasses_of(forms.BaseForm):
        for name, field in getattr(form, "base_fields", {}).items():
            if not isinstance(field, forms.CharField) or "password" in name:
                continue
            if is_of_words(field) and form.__module__.startswith(OURS):
                of_words.setdefault(name, set()).add(form.__name__)
    assert of_words == OF_WORDS


@pytest.mark.django_db
@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN)
def test_credentials_numbers_and_names_of_a_channel(
    admin_page: Client, filled: Filled, first: Extension, mark: str
) -> None:
    plain = filled()
    values = filled(rule(f"{mark}+2540{mark}2161183{mark}", first))
    for name in ("account_sid", "auth_token", "name"):
        values[name] = f"{mark}{plain[name]}{mark}{mark}"
    answer = admin_page.post(ADD, values)
    assert answer.status_code == 302, errors_of(answer.context["page"].credentials_form)
    channel = Channel.objects.get()
    assert channel.credentials == {name: plain[name] for name in ("account_sid", "auth_token")}
    assert (channel.name, Number.objects.get().address) == ("Main", OUR_NUMBER)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["account_sid", "name", "session_timeout_days", "rule"])
def test_auth_token_survives_an_error_in_any_other_field(
    admin_page: Client, filled: Filled, first: Extension, field: str
) -> None:
    wrong: dict[str, object] = {field: "AC12"} if field != "rule" else {"rule": [rule("12", first)]}
    if field == "name":
        wrong = {"name": ""}
    values = filled(close_automatically="on")
    answer = admin_page.post(ADD, values | wrong)
    html = answer.content.decode()
    assert (answer.status_code, "Kept as you typed it" in html) == (422, True)
    assert 'placeholder="••••' in html
    assert values["auth_token"] not in html
    again = values | {"auth_token": "", "rule": [rule(OUR_NUMBER, first)]}
    assert admin_page.post(ADD, again).status_code == 302
    assert Channel.objects.get().credentials["auth_token"] == values["auth_token"]


@pytest.mark.django_db
@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN)
def test_people_queues_searches_and_imports(admin_page: Client, mark: str) -> None:
    make_agent("1001", "Ada")
    person = {"username": f"grace{mark}", "password": "a-long-password-1", "role": "supervisor"}
    more = {"first_name": f"{mark}Grace", "last_name": "Hopper", "email": f"{mark}grace@example.com{mark}"}
    assert admin_page.post("/users/add/", person | more).status_code == 302
    grace = User.objects.get(username="grace")
    assert (grace.first_name, grace.email) == ("Grace", "grace@example.com")
    shown = admin_page.get("/users/", {"q": f"{mark}grace{mark}"}).context["listing"].page.object_list
    assert list(shown) == [grace.pk] or list(shown) == [grace]
    row = f"{mark}+14155550177{mark},{mark}Mei Tanaka{mark},\n".replace("\r\n", "").replace("\t", " ")
    imported(admin_page, "/contacts/import/", f"Number,Name,Notes\n{row}")
    assert [(one.address, one.name) for one in Contact.objects.all()] == [("+14155550177", "Mei Tanaka")]


@pytest.mark.django_db
@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN)
def test_login_by_a_pasted_name(client: Client, mark: str) -> None:
    make_user("vera", Role.SUPERVISOR)
    answer = client.post("/login/", {"username": f"{mark}vera{mark}", "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN)
def test_calls_of_programs(ada: Caller, road: Road, queue: MessageQueue, mark: str) -> None:
    body = f"{mark}As it is{mark}"
    said = {"number": f"{mark}{OUR_NUMBER}{mark}", "contact": f"{mark}+14155550123{mark}", "body": body}
    answer = ada.post("sessions", said)
    assert answer.status_code == 201, answer.content
    assert Message.objects.get().body == body
    make_agent("1077", "Nia")
    path = f"sessions/{MessagingSession.objects.get().pk}/transfer"
    assert ada.post(path, {"extension": f"{mark}1077{mark}"}).status_code == 204
