"""What a file really is, and what it is called then."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.itsp import ITSPS
from sessions.media import outgoing
from sessions.media.containers import JUDGES
from sessions.media.content_types import SUFFIXES, declared, type_as_said, type_of, type_of_file
from sessions.media.previews import NOT_PLAYED, preview_of
from sessions.media.signatures import SIGNATURES, TABLE, UNKNOWN
from sessions.media.written import WORDS
from tests.sessions.media.samples import EVERY, KNOWN, NAMELESS

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[3]
ANY_FILE = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda begin, rest: begin + rest, st.sampled_from(EVERY), st.binary(max_size=100)),
    st.builds(lambda begin, cut: begin[:cut], st.sampled_from(EVERY), st.integers(0, 600)),
)


@pytest.mark.parametrize(("real", "content"), KNOWN)
def test_real_type_is_found_from_the_content(real: str, content: bytes) -> None:
    assert type_of(content) == real


@pytest.mark.parametrize("content", NAMELESS)
def test_what_could_run_and_what_nobody_knows_has_no_type(content: bytes) -> None:
    assert type_of(content) == UNKNOWN


@pytest.mark.parametrize("begin", [b"GIF89a", b"\xff\xd8\xff\xe0", b"BM", b"ID3\x03", b"%PDF-1.4 "])
def test_page_that_begins_like_a_file_is_no_page(begin: bytes) -> None:
    found = type_of(begin + b"/*<!DOCTYPE html><html><script>alert(1)</script>*/")
    assert "html" not in found
    assert "xml" not in found


@settings(max_examples=300, deadline=None)
@given(ANY_FILE)
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 100)
@example(b"\xff\xff\xff\xffftypmif1")
def test_any_bytes_have_a_type_that_is_inert_and_has_a_suffix(content: bytes) -> None:
    found = type_of(content)
    assert found == UNKNOWN or found in SUFFIXES
    assert type_of_file(io.BytesIO(content), len(content)) == found


def test_nothing_that_runs_has_a_type_or_is_believed() -> None:
    active = (
        "html",
        "xml",
        "script",
        "svg",
        "ecma",
        "msdownload",
        "shellscript",
        "executable",
        "x-sh",
        "flash",
    )
    assert [kind for kind in SUFFIXES if any(word in kind for word in active) and "openxml" not in kind] == []
    told = ("text/html; charset=utf-8", "image/svg+xml", "application/xhtml+xml", "text/javascript", "", "x")
    assert [declared(one) for one in told] == [""] * len(told)
    shown = {kind for kind in (UNKNOWN, *SUFFIXES) if preview_of(kind)} | NOT_PLAYED
    assert {kind.partition("/")[0] for kind in shown} == {"image", "audio", "video"}


def test_types_that_a_beginning_can_be_of_are_judged_by_what_lies_in_it() -> None:
    assert {types for _parts, types in TABLE if len(types) > 1} == set(JUDGES)
    assert {kind for _parts, types in TABLE for kind in types} - {UNKNOWN} <= set(SUFFIXES)
    for real, content in KNOWN:
        fitting = [
            types for parts, types in TABLE if all(content.startswith(part, at) for at, part in parts.items())
        ]
        assert not fitting or real in fitting[0]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("text/x-vCard; charset=utf-8", "text/vcard"),
        ("IMAGE/JPG", "image/jpeg"),
        ("application/vnd.apple.pkpass", "application/vnd.apple.pkpass"),
        ("application/octet-stream", ""),
        ("application/x-msdownload", ""),
    ],
)
def test_declared_types_are_known_in_our_words(said: str, kind: str) -> None:
    assert declared(said) == kind


def test_only_text_is_what_it_is_said_to_be() -> None:
    assert type_as_said("text/plain", "text/csv") == "text/csv"
    assert type_as_said("text/plain", "image/png") == "text/plain"
    assert type_as_said(UNKNOWN, "text/csv") == UNKNOWN


def test_browser_refuses_nothing_that_the_server_takes() -> None:
    """And does refuse, as they are chosen, files that begin like what nobody can send."""
    accepted = sorted(outgoing.types_of(ITSPS["twilio"].media_limits))
    script = (
        f"import {{ HEAD, isRefused }} from '{ROOT}/frontend/composer/file_types.js';"
        "const { readFileSync } = await import('node:fs');"
        "const { heads, known, accepted } = JSON.parse(readFileSync(0, 'utf8'));"
        "console.log(JSON.stringify(heads.map((head) =>"
        " isRefused(Uint8Array.from(head.slice(0, HEAD)), known, accepted))));"
    )
    known = {"signatures": SIGNATURES, "words": WORDS}
    given = {"heads": [list(one[:5000]) for one in EVERY], "known": known, "accepted": accepted}
    command = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60
    )
    refused = {
        type_of(one) for one, is_refused in zip(EVERY, json.loads(done.stdout), strict=True) if is_refused
    }
    assert refused & set(accepted) == set()
    begin_alike = {"video/ogg", "audio/webm", "video/x-matroska"}  # as files that are accepted
    assert {type_of(one) for one in EVERY} - set(accepted) - refused == begin_alike
