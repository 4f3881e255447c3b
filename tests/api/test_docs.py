"""The OpenAPI document and the page of it."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from api.described import CODES
from api.openapi import document
from routing.models import Extension
from sessions.events import EventKind
from sessions.refusals import REFUSALS
from tests.portal import logged_in
from tests.servers import ROOT

pytestmark = pytest.mark.django_db


def test_document_is_openapi_3_1_and_for_everybody() -> None:
    answer = Client().get("/api/v1/openapi.json")
    found = answer.json()
    assert (answer.status_code, found["openapi"], found["info"]["title"]) == (200, "3.1.0", "PBX Messaging")
    assert found == document()


def test_every_operation_is_described() -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert operation["security"] == [{"Bearer": []}]
            assert {"200", "201", "204"} & operation["responses"].keys(), (path, method)


def test_document_says_what_every_operation_may_answer() -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            said = operation["responses"]
            place = (path, method)
            assert {"401", "405", "503"} <= said.keys(), place
            assert "Allow" in said["405"]["headers"] and "WWW-Authenticate" in said["401"]["headers"], place
            assert ("Location" in said.get("201", {}).get("headers", {})) == ("201" in said), place
            if path != "/events":
                assert {"429", "500"} <= said.keys(), place
                assert all(
                    "RateLimit" in said[status]["headers"] for status in said.keys() - {"401", "405"}
                ), place


def test_no_field_has_a_default_and_every_schema_is_used() -> None:
    """A default would make it one that generated clients must send."""
    text = json.dumps(document())
    for name, schema in document()["components"]["schemas"].items():
        assert [field for field, said in schema.get("properties", {}).items() if "default" in said] == []
        assert f'"#/components/schemas/{name}"' in text, name


def test_paper_names_every_code_and_event() -> None:
    paper = (ROOT / "docs" / "api.md").read_text()
    codes = {kind.code for kind in REFUSALS} | {code for codes in CODES.values() for code in codes}
    words = codes | {kind.value for kind in EventKind} | {"client_id_reused", "unknown_tag", "unavailable"}
    assert [word for word in sorted(words) if f"`{word}`" not in paper] == []


def test_page_shows_every_operation_and_no_inline_script(agents: list[Extension]) -> None:
    page = logged_in(agents[0].user).get("/api/v1/docs")
    html = page.content.decode()
    shown = re.findall(r'<section class="card api-operation" id="(\w+)"', html)
    wanted = [one["operationId"] for methods in document()["paths"].values() for one in methods.values()]
    assert sorted(shown) == sorted(wanted)
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_page_leads_to_an_operation(
    agents: list[Extension], live_server: LiveServer, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport={"width": 390, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    cookie = logged_in(agents[0].user).cookies["pbx_session"].value
    page.context.add_cookies([{"name": "pbx_session", "value": cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}/api/v1/docs")
    page.get_by_role("link", name="POST Answer in a session").click()
    operation = page.get_by_role("region", name="Answer in a session")
    expect(operation).to_be_in_viewport()
    operation.get_by_text("Problems").click()
    expect(operation.get_by_text("session_closed")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []
