"""Takes out of a text what no log may hold: what opens something, phone numbers, words of texts.

Nobody writes these on purpose; they stand in addresses, and in what libraries say of an error.
"""

import re

# A webhook's address, an invitation, the link of a forgotten password, of an attachment, of a push message.
_KEYS = re.compile(r"(/(?:w|invitation|password/reset|m|taken)(?:/|%2[fF])+)[^/\s?#\"']+")
_NUMBERS = re.compile(r"(\+|%2[bB])\d[\d ().-]{4,}\d")
# PostgreSQL repeats the row, the statement and its values.
_ROWS = re.compile(r"^(\s*(?:DETAIL|LINE \d+|CONTEXT):).*$", re.MULTILINE)
# A database quotes what it could not take: 'so', or at the end: "so".
_ERRORS = re.compile(r"^((?:psycopg2|sqlite3|django\.db)[\w.]*:)(.*)$", re.MULTILINE)
_QUOTED = re.compile(r"'[^']*'|(?<=: )\".*\"")
_LOGINS = re.compile(r"(\w+://)[^/\s@]+@")
# Of whatever else it may be: a number, or what looks like a key.
_LONG = re.compile(r"\d{8,}|(?=[^/]*\d)(?=[^/]*[a-z])(?=[^/]*[A-Z])[\w:=%-]{24,}|[\w:=%-]{41,}")


_SUSPECT = re.compile(r"[/+:%]")  # without any of these there is nothing to be found


def scrubbed(text: str) -> str:
    """Of a message, or a traceback."""
    if not _SUSPECT.search(text):
        return text
    text = _KEYS.sub(r"\1…", text)
    text = _NUMBERS.sub(r"\1…", text)
    text = _LOGINS.sub(r"\1…@", text)
    text = _ERRORS.sub(lambda found: found[1] + _QUOTED.sub("…", found[2]), text)
    return _ROWS.sub(r"\1 …", text)


def said_by(error: BaseException) -> str:
    """What a database's error says, in a line, without values."""
    first, *_more = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__} {_QUOTED.sub('…', scrubbed(first))}".rstrip()


def scrubbed_path(path: str) -> str:
    """Of a request that anybody may have made: no query, and nothing that may be a key or a number."""
    return _LONG.sub("…", scrubbed(path.partition("?")[0]))
