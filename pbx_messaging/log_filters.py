"""What the log must not hold: addresses that are as good as a key, and tracebacks of strangers' mistakes."""

import logging
import re

from django.core.exceptions import DisallowedHost

# A webhook's address, an invitation and the link of a forgotten password open something.
_KEYS = re.compile(r"(/(?:w|invitation|password/reset)/)[^/\s?#]+")


class WithoutKeys(logging.Filter):
    """Takes them out of the message, wherever in it they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        kept = without_keys(said)
        if kept != said:
            record.msg, record.args = kept, None
        return True


class WithoutTraceback(logging.Filter):
    """A wrong Host says all in its line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], DisallowedHost):
            record.exc_info = record.exc_text = None
        return True


def without_keys(text: str) -> str:
    return _KEYS.sub(r"\1…", text)
