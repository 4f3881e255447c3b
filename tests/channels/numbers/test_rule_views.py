"""The Number section's dialog: its own Save keeps the rule in the form."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from routing.models import Extension, MessageQueue
from sessions.ending.archiving import archive_extension
from tests.channels.form import KEY, rule
from tests.factories import make_agent, make_road
from tests.portal import errors_of, text_of

DIALOG, SAVE = "/channels/rule/", "/channels/rule/save/"


def kept_rule(answer: Any) -> dict[str, Any]:
    found = re.search(r"<input type=\"hidden\" name=\"rule\" value=\"([^\"]*)\">", answer.content.decode())
    assert found
    kept: dict[str, Any] = json.loads(found[1].replace("&quot;", '"'))
    return kept


def test_dialog_is_in_the_guides_words_and_order(admin_page: Client, ada: Extension) -> None:
    html = admin_page.post(DIALOG).content.decode()
    labels = [text_of(label) for label in re.findall(r"(?s)<label.*?</label>", html)]
    assert labels == [
        "Number",
        "Destination for Inbound Messaging",
        "Extension",
        "Message Queue",
        "Extensions allowed to create messaging sessions",
        "Lower rate of this number",
    ]
    assert [text_of(one) for one in re.findall(r"<option.*?</option>", html)][:2] == [
        "Extension",
        "Message Queue",
    ]
    assert "only the user who picks up a session will be able to receive and respond" in html


def test_saved_rule_becomes_a_row_at_the_end(admin_page: Client, ada: Extension) -> None:
    values = {"number": "+25402161183", "destination": "extension", "extension": ada.pk, "queue": ""}
    answer = admin_page.post(SAVE, values | {"initiators": [ada.pk]})
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (200, "#rules", "beforeend")
    assert json.loads(answer["HX-Trigger-After-Swap"]) == {"dialog:close": {}}
    row = kept_rule(answer)
    assert row | {"key": ""} == {
        "number": "+25402161183",
        "destination": "extension",
        "extension": ada.pk,
        "queue": None,
        "initiators": [ada.pk],
        "number_rate": None,
        "standby": None,
        "key": "",
    }
    assert f'<tr id="rule-{row["key"]}"' in answer.content.decode()


def test_row_is_edited_in_its_place(admin_page: Client, ada: Extension, support: MessageQueue) -> None:
    html = admin_page.post(DIALOG, {"rule": rule("+12015550123", support, ada)}).content.decode()
    assert f'name="key" value="{KEY}"' in html
    assert 'value="+12015550123"' in html
    assert '<option value="queue" selected>' in html
    assert f'<option value="{support.pk}" selected>Support</option>' in html
    values = {"key": KEY, "number": "+12015550199", "destination": "queue", "queue": support.pk}
    answer = admin_page.post(SAVE, values | {"rule": [rule("+12015550123", support, ada)]})
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == (f"#rule-{KEY}", "outerHTML")
    assert (kept_rule(answer)["number"], kept_rule(answer)["key"]) == ("+12015550199", KEY)


def test_lower_rate_of_a_number_is_kept_and_shown(admin_page: Client, ada: Extension) -> None:
    values = {"number": "+12015550123", "destination": "extension", "extension": ada.pk, "number_rate": "3"}
    answer = admin_page.post(SAVE, values)
    assert kept_rule(answer)["number_rate"] == 3
    assert "at most 3 per second" in text_of(answer.content.decode())
    html = admin_page.post(DIALOG, {"rule": rule("+12015550123", ada, number_rate=3)}).content.decode()
    assert '<option value="3" selected>3</option>' in html
    wrong = admin_page.post(SAVE, values | {"number_rate": "11"})
    assert "Select a valid choice. 11 is not one of the available choices." in wrong.content.decode()


def test_national_number_is_shown_in_e164_before_it_is_kept(admin_page: Client, ada: Extension) -> None:
    values = {"number": "(201) 555-0123", "destination": "extension", "extension": ada.pk}
    shown = admin_page.post(SAVE, values)
    html = shown.content.decode()
    assert shown.status_code == 422
    assert "“(201) 555-0123” was read as +12015550123. Check it, then save." in html
    assert 'name="number" value="+12015550123"' in html
    assert 'name="seen" value="+12015550123"' in html
    answer = admin_page.post(SAVE, values | {"number": "+12015550123", "seen": "+12015550123"})
    assert kept_rule(answer)["number"] == "+12015550123"


def test_short_code_is_kept(admin_page: Client, ada: Extension) -> None:
    values = {"number": "12345", "destination": "extension", "extension": ada.pk}
    assert kept_rule(admin_page.post(SAVE, values))["number"] == "12345"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"number": ""}, {"number": ["This field is required."]}),
        (
            {"number": "+12"},
            {
                "number": [
                    "Enter the number as +, country code and number, digits only: for example +25402161183."
                ]
            },
        ),
        (
            {"number": "no number"},
            {
                "number": [
                    "“no number” is not a phone number of US. Enter it as + and country code, for example "
                    "+25402161183."
                ]
            },
        ),
        ({"number": "+12015550123"}, {"number": ["+12015550123 has a rule in this form already."]}),
        ({"extension": ""}, {"extension": ["Choose an extension."]}),
        (
            {"extension": "999"},
            {"extension": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
        ({"destination": "queue"}, {"queue": ["Choose a message queue."]}),
        (
            {"destination": "moon"},
            {"destination": ["Select a valid choice. moon is not one of the available choices."]},
        ),
        (
            {"initiators": ["9" * 25]},
            {"initiators": [f"Select a valid choice. {'9' * 25} is not one of the available choices."]},
        ),
        (
            {"initiators": ["999"]},
            {"initiators": ["Select a valid choice. 999 is not one of the available choices."]},
        ),
    ],
)
def test_bad_rule_stays_in_the_dialog(
    admin_page: Client, ada: Extension, change: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    values = {"number": "+25402161183", "destination": "extension", "extension": ada.pk}
    others = {"rule": [rule("+12015550123", ada)]}
    answer = admin_page.post(SAVE, {**values, **others, **change})
    assert answer.status_code == 422
    assert errors_of(answer.context["form"]) == errors
    assert "HX-Retarget" not in answer


def test_number_of_another_channel_is_refused_with_its_name(admin_page: Client, ada: Extension) -> None:
    road = make_road(ada, address="+25402161183", name="Sales")
    values = {"number": "+25402161183", "destination": "extension", "extension": ada.pk}
    answer = admin_page.post(SAVE, values)
    words = "+25402161183 belongs to the channel “Sales”. Remove it there first."
    assert errors_of(answer.context["form"]) == {"number": [words]}
    assert admin_page.post(SAVE, values | {"channel": road.channel.pk}).status_code == 200


def test_deleted_extension_is_not_offered(admin_page: Client, ada: Extension) -> None:
    archive_extension(make_agent("1009", "Gone"))
    assert "Gone" not in admin_page.post(DIALOG).content.decode()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"number": 1', '"x"', "[" * 100_000, '{"key": 7, "initiators": 3}']
)
def test_rule_that_is_no_rule_opens_an_empty_dialog(admin_page: Client, text: str) -> None:
    answer = admin_page.post(DIALOG, {"rule": text})
    assert answer.status_code == 200
    assert 'id="id_number"' in answer.content.decode()


def test_key_of_a_row_can_not_be_made_up(admin_page: Client, ada: Extension) -> None:
    values = {"number": "+25402161183", "destination": "extension", "extension": ada.pk}
    answer = admin_page.post(SAVE, values | {"key": 'x"><script>'})
    assert answer["HX-Retarget"] == "#rules"
    assert "<script>" not in answer.content.decode()
