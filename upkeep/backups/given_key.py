"""The key that a command works with: of a file that is named, or BACKUP_KEY."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from pbx_messaging.archives.sealed import key_of


def given_key(path: Path | None) -> bytes | None:
    """None if there is none."""
    try:
        text = path.read_text() if path else settings.BACKUP_KEY
        return key_of(text) if text else None
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{path or 'BACKUP_KEY'} is no key: 32 bytes in base64.") from error
