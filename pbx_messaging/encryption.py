"""Text encrypted at rest by MultiFernet, keyed by `CREDENTIALS_KEYS`.

The first key encrypts, every key decrypts, so that keys can be rotated. A wrong key raises
`InvalidToken`: it never passes ciphertext off as a value.
"""

from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` when no key fits."""
    return _fernet().decrypt(ciphertext.encode()).decode()
