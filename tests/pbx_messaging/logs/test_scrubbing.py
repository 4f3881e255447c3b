"""What no line holds, whoever has put it there."""

import logging

import pytest
from django.db import DataError, OperationalError

from pbx_messaging.logs import formats
from pbx_messaging.logs.filters import WithoutValues
from pbx_messaging.logs.scrubbing import scrubbed, scrubbed_path

pytestmark = pytest.mark.once

TOKEN = "Qm9keSBvZiBhIHRva2VuLCAzMiBieXRlcw"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (f"/w/{TOKEN}/", "/w/…/"),
        (f"/w//{TOKEN}?Body=Hello&From=%2B14155550123", "/w//…"),
        (f"/w%2F{TOKEN}", "/w%2F…"),
        (f"/W/{TOKEN}x1234567/", "/W/…/"),
        (f"/invitation/{TOKEN}/", "/invitation/…/"),
        (f"/password/reset/{TOKEN}/", "/password/reset/…/"),
        (f"/wp/{TOKEN}-set/", "/wp/…/"),
        (f"/m/{TOKEN}:1x:sig/", "/m/…/"),
        (f"/inbox/push/taken/{TOKEN}/", "/inbox/push/taken/…/"),
        ("/contacts/?q=%2B4930123456", "/contacts/"),
        ("/call/+4930123456/", "/call/+…/"),
        ("/call/4930123456/", "/call/…/"),
        ("/channels/12/sending/", "/channels/12/sending/"),
        ("/static/assets/portal-8F3KQ2ZX.js", "/static/assets/portal-8F3KQ2ZX.js"),
    ],
)
def test_path_gives_nothing_away(asked: str, said: str) -> None:
    assert scrubbed_path(asked) == said


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("The 'To' number +1 (415) 555-0123 is not valid", "The 'To' number +… is not valid"),
        ("redis://:secret@127.0.0.1:6379/0", "redis://…@127.0.0.1:6379/0"),
        ("duplicate key\nDETAIL:  Key (body)=(Hello) already exists.", "duplicate key\nDETAIL: …"),
        ("sqlite3.OperationalError: near 'Hello': no", "sqlite3.OperationalError: near …: no"),
        ('psycopg2.errors.X: invalid integer: "Hello"', "psycopg2.errors.X: invalid integer: …"),
        ("12 of 4000 in 1.5 s", "12 of 4000 in 1.5 s"),
    ],
)
def test_message_gives_nothing_away(told: str, kept: str) -> None:
    assert scrubbed(told) == kept


def record_of(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("channels", logging.INFO, "", 0, message, args, None)


def test_strangers_begin_no_line_and_databases_repeat_no_values() -> None:
    forged = record_of("asked for %s", "x\n2026-01-01 00:00:00,000 [-] INFO root all is well\x1b[2J")
    assert "\n" not in formats.LineFormatter().format(forged)
    assert "\x1b" not in formats.LineFormatter().format(forged)
    for error in (DataError('bad value: "Hello"'), OperationalError("near 'Hello': syntax error")):
        record = record_of("it is tried later: %s", error)
        assert WithoutValues().filter(record)
        assert "Hello" not in formats.JsonFormatter().format(record)
