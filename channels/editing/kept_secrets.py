"""What was typed and is not on the page, kept for the visit: write-only fields, and those of other ITSPs."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends.base import SessionBase

from pbx_messaging.encryption import decrypt, encrypt

SESSION_KEY = "kept_secrets"
FORMS_KEPT = 20  # per browser session; one visit has as many as ITSPs were chosen in it


@dataclass(frozen=True)
class KeptSecrets:
    """Of one form, encrypted in the browser session under `form_key`."""

    session: SessionBase
    form_key: str

    def _all(self) -> dict[str, dict[str, str]]:
        return dict(self.session.get(SESSION_KEY, {}))

    def read(self) -> dict[str, str]:
        kept = self._all().get(self.form_key, {})
        try:
            return {name: decrypt(value) for name, value in kept.items()}
        except InvalidToken:  # the keys were changed meanwhile: it has to be typed again
            return {}

    def keep(self, secrets: Mapping[str, str]) -> None:
        forms = self._all()
        forms.pop(self.form_key, None)
        forms[self.form_key] = {name: encrypt(value) for name, value in secrets.items() if value}
        self.session[SESSION_KEY] = dict(list(forms.items())[-FORMS_KEPT:])

    def forget(self) -> None:
        self.session[SESSION_KEY] = {key: kept for key, kept in self._all().items() if key != self.form_key}
