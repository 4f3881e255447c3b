"""Whose a number is decides who carries its texts."""

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from tests.simulator.stand_in import SID, TOKEN, StandIn
from tests.telnyx_account import PROFILE_ID


def test_number_is_twilios_unless_it_says_otherwise(stand_in: StandIn) -> None:
    number = stand_in.post("numbers", address="+14155550177", belongs_to="a profile")
    assert (number["itsp"], number["belongs_to"]) == ("twilio", "a profile")


def test_number_that_is_ported_has_nothing_of_the_former_itsp(stand_in: StandIn) -> None:
    stand_in.post("numbers", address="+18335550179", sms_url="https://example.com/in")
    number = stand_in.post("numbers", address="+18335550179", itsp="telnyx")
    assert (number["itsp"], number["sms_url"], number["rate"]) == ("telnyx", "", 20)
    assert stand_in.post("numbers", address="+18335550179", mms=False)["itsp"] == "telnyx"


def test_number_of_an_unknown_itsp_is_refused(stand_in: StandIn) -> None:
    answer = stand_in.session.post(
        f"{stand_in.url}/control/numbers", json={"address": "+14155550178", "itsp": "acme"}, timeout=5
    )
    assert (answer.status_code, answer.json()["error"].startswith("itsp is one of twilio")) == (400, True)


@pytest.mark.parametrize(("path", "status"), [("/2010-04-01/nothing", 404), ("/v1/nothing", 404)])
def test_paths_are_a_faces_own(stand_in: StandIn, path: str, status: int) -> None:
    answer = stand_in.session.get(stand_in.url + path, auth=(SID, TOKEN), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (status, 20404)


@pytest.mark.parametrize("code", ITSPS)
def test_each_itsp_is_offered_with_what_its_form_asks_for(
    stand_in: StandIn, settings: Settings, code: str
) -> None:
    settings.ITSP_API_URLS = {code: f"{stand_in.url}/{code}"}
    (login,) = (one for one in stand_in.get("state")["logins"] if one["itsp"] == code)
    told = {field["name"]: field["value"] for field in login["fields"]}
    itsp = ITSPS[code]
    form = itsp.credentials_form(data=itsp.made_credentials() | told)
    assert login["name"] == itsp.name
    assert told.keys() <= form.fields.keys()
    assert form.errors == {}
    for field in login["fields"]:
        assert field["label"] == form.fields[field["name"]].label


def test_login_is_the_accounts_present_one(stand_in: StandIn) -> None:
    stand_in.post("telnyx", api_key="KEY-of-today", new_key_pair=True)
    stand_in.post("bandwidth", api_password="of-today")
    logins = {one["itsp"]: one["fields"] for one in stand_in.get("state")["logins"]}
    values = {code: {field["name"]: field["value"] for field in fields} for code, fields in logins.items()}
    assert values["telnyx"]["api_key"] == "KEY-of-today"
    assert values["telnyx"]["public_key"] == stand_in.get("telnyx")["public_key"]
    assert values["bandwidth"]["api_password"] == "of-today"


@pytest.mark.parametrize(("code", "home"), [("telnyx", PROFILE_ID), ("general", "")])
def test_new_number_is_where_the_login_leads(stand_in: StandIn, code: str, home: str) -> None:
    assert stand_in.post("numbers", address="+14155550176", itsp=code)["belongs_to"] == home
    elsewhere = stand_in.post("numbers", address="+14155550176", itsp="bandwidth")["belongs_to"]
    (application,) = stand_in.get("bandwidth")["applications"]
    assert elsewhere == application["application_id"]
