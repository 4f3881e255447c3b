"""The inbox as an app: manifest, service worker, the page without a connection."""

import json
import re

import pytest
from django.test import Client

from sessions.inbox import app_views


def worker(client: Client) -> str:
    return client.get("/service-worker.js").content.decode()


def test_manifest_leads_to_the_inbox(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    manifest = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/inbox/", "/", "standalone")
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512", "512x512"]


def test_worker_keeps_the_shell_alone_and_is_asked_for_anew(client: Client) -> None:
    answer = client.get("/service-worker.js")
    kept = json.loads(re.findall(r"const SHELL = (\[.*\]);", answer.content.decode())[0])
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    assert kept[0] == "/offline/"
    assert [path for path in kept[1:] if not path.startswith("/static/")] == []


def test_worker_changes_with_the_shell(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = worker(client)
    assert worker(client) == before
    monkeypatch.setattr(app_views, "SHELL", app_views.SHELL[:-1])
    assert worker(client) != before


def test_page_without_a_connection_asks_for_nobody(client: Client) -> None:
    answer = client.get("/offline/")
    assert (answer.status_code, "csrf" in answer.content.decode(), answer.cookies) == (200, False, {})
