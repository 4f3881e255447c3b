"""Who is logged in, read together with what they owe, so that no page asks for it again."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from accounts.two_step import owes_two_step


class UserBackend(ModelBackend):
    """By username and password. A user it gets says in `owes_two_step` whether two-step login is missing."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.annotate(owes_two_step=owes_two_step()).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
