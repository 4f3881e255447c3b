from django.apps import AppConfig

from accounts.pasted import clean_all_forms


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        clean_all_forms()
