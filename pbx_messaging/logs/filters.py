"""What is taken out of a record: tracebacks that say no more than their line, values of databases' errors."""

import logging

from django.core.exceptions import DisallowedHost
from django.db import Error

from pbx_messaging.logs.scrubbing import said_by


class WithoutTraceback(logging.Filter):
    """A wrong Host says all in its line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], DisallowedHost):
            record.exc_info = record.exc_text = None
        return True


class WithoutValues(logging.Filter):
    """A database repeats in its errors what it could not take."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and any(isinstance(one, Error) for one in record.args):
            record.args = tuple(said_by(one) if isinstance(one, Error) else one for one in record.args)
        return True
