"""The ITSP drop-down: each has its own credentials and steps; to change it loses nothing that was typed."""

import re
from html import unescape
from itertools import permutations
from typing import cast

import pytest
from django import forms
from django.template.loader import get_template
from django.test import Client

from channels.editing.credential_fields import is_secret
from channels.itsp import ITSPS
from channels.itsp.base import Itsp
from channels.models import Channel
from routing.models import MessageQueue
from tests.channels.form import ADD, filled, rule, rules_on, token_on, url_on
from tests.factories import make_queue
from tests.portal import text_of

CHOOSE = "/channels/add/sms/itsp/"
PAIRS = list(permutations(ITSPS.values(), 2))
NAMES = [f"{first.code}-{then.code}" for first, then in PAIRS]

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(db: None) -> MessageQueue:
    return make_queue()


def typed(itsp: Itsp) -> dict[str, str]:
    """Something in each field, by its name; of a drop-down, the last."""
    fields = itsp.credentials_form.base_fields.items()
    return {name: _last_of(field) or f"{itsp.code}-{name}-7" for name, field in fields}


def _last_of(field: forms.Field) -> str:
    if not isinstance(field, forms.ChoiceField):
        return ""
    value, _label = cast("list[tuple[str, str]]", list(field.choices))[-1]  # type: ignore[arg-type]
    return value


def values_on(html: str) -> dict[str, str]:
    """Of the inputs of the form."""
    tags = re.findall(r"<input[^>]*>", html)
    named = {re.search(r'name="([^"]*)"', tag): re.search(r'value="([^"]*)"', tag) for tag in tags}
    return {name[1]: unescape(value[1]) if value else "" for name, value in named.items() if name}


def secrets(itsp: Itsp) -> set[str]:
    return {name for name, field in itsp.credentials_form.base_fields.items() if is_secret(field)}


@pytest.mark.parametrize("road", [CHOOSE, ADD], ids=["by script", "without"])
@pytest.mark.parametrize(("first", "then"), PAIRS, ids=NAMES)
def test_what_was_typed_is_there_again_when_its_itsp_is_chosen_again(
    admin_page: Client, first: Itsp, then: Itsp, road: str
) -> None:
    said = {"token": token_on(admin_page.get(ADD)), "name": "Line"}
    away = {**said, **typed(first), "credentials_of": first.code, "itsp": then.code}
    html = admin_page.post(road, away).content.decode()
    shown = values_on(html)
    assert shown["credentials_of"] == then.code
    assert not set(typed(first).values()) & set(shown.values())
    back = admin_page.post(road, {**said, "credentials_of": then.code, "itsp": first.code})
    again, html = back.context["page"], back.content.decode()
    public = {name: value for name, value in typed(first).items() if name not in secrets(first)}
    assert {name: again.credentials_form[name].value() for name in public} == public
    of_people = {name for name in secrets(first) if not _is_made(first, name)}
    assert {name: again.stored_secrets[name] for name in of_people} == {
        name: typed(first)[name] for name in of_people
    }
    assert not any(typed(first)[name] in html for name in of_people)


def _is_made(itsp: Itsp, name: str) -> bool:
    return name in itsp.made_credentials()


@pytest.mark.parametrize(("first", "then"), PAIRS, ids=NAMES)
def test_saving_right_after_choosing_shows_the_other_fields_and_keeps_all_else(
    admin_page: Client, support: MessageQueue, first: Itsp, then: Itsp
) -> None:
    row = rule("+25402161183", support)
    values = filled(admin_page, row) | {"credentials_of": first.code, "itsp": then.code, "name": "Kept"}
    answer = admin_page.post(ADD, values)
    page = answer.context["page"]
    assert (answer.status_code, Channel.objects.count()) == (200, 0)
    assert "invalid-feedback" not in answer.content.decode()
    assert page.form["name"].value() == "Kept"
    assert page.form["itsp"].value() == then.code
    assert [one["number"] for one in rules_on(answer)] == ["+25402161183"]
    assert token_on(answer) == values["token"]


@pytest.mark.parametrize("itsp", ITSPS.values(), ids=ITSPS)
def test_each_itsp_has_its_own_part_of_the_form(admin_page: Client, itsp: Itsp) -> None:
    said = {"token": token_on(admin_page.get(ADD)), "itsp": itsp.code, "credentials_of": "another"}
    answer = admin_page.post(CHOOSE, said)
    html = answer.content.decode()
    assert url_on(answer).endswith(f"/w/{said['token']}/{itsp.webhook_overrides}")
    assert set(itsp.credentials_form.base_fields) <= set(re.findall(r'name="([^"]*)"', html))
    assert f"Configure a number for SMS on {itsp.name}" in text_of(html)
    for part in ("set_up", "credentials"):
        told = text_of(get_template(f"channels/itsp/{itsp.code}/{part}.html").render({"page": None}))
        assert told[:200] in text_of(html)


def test_drop_down_offers_all_in_their_order(admin_page: Client) -> None:
    html = admin_page.get(ADD).content.decode()
    select = html.partition('name="itsp"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([^"]*)"', select) == list(ITSPS)


@pytest.mark.parametrize("itsp", ITSPS.values(), ids=ITSPS)
def test_first_steps_lead_to_the_form_of_each(admin_page: Client, itsp: Itsp) -> None:
    html = admin_page.get("/channels/").content.decode()
    part = html.partition(f"<summary>{itsp.name}</summary>")[2].partition("</details>")[0]
    assert all(str(field.label) in text_of(part) for field in needed(itsp))
    address = re.findall(r'href="([^"]*)"', part)[-1]
    assert values_on(admin_page.get(address).content.decode())["credentials_of"] == itsp.code


def needed(itsp: Itsp) -> list[forms.Field]:
    """What a person has to note down; what we make ourselves is none of it."""
    fields = itsp.credentials_form.base_fields.items()
    return [field for name, field in fields if field.required and not _is_made(itsp, name)]


@pytest.mark.parametrize("itsp", ITSPS.values(), ids=ITSPS)
def test_step_says_what_to_note_down_and_nothing_that_we_make(admin_page: Client, itsp: Itsp) -> None:
    words = text_of(admin_page.get(f"{ADD}?itsp={itsp.code}").text)
    (noted,) = re.findall(r"and note down the (.*?)\. \d", words)[:1]
    assert re.split(r", | and ", noted) == [str(field.label) for field in needed(itsp)]
