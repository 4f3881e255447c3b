from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

from accounts.login_uses import note_login
from accounts.pasted import clean_all_forms


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        clean_all_forms()
        user_logged_in.connect(note_login, dispatch_uid="login_use")
