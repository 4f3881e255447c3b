"""Two-step login: who must have it, and who has it."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from accounts.models import Role, SecuritySettings, User

RequiredOf = SecuritySettings.RequiredOf
SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def owes_two_step() -> Combinable:
    """An annotation of users: true for those who must have two-step login and haven't set it up."""
    of_all = SecuritySettings.objects.filter(two_step_required_of=RequiredOf.EVERYBODY)
    of_some = SecuritySettings.objects.filter(two_step_required_of=RequiredOf.ADMINISTRATORS)
    has_it = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_STEPS)
    must = Q(Exists(of_all)) | Q(Exists(of_some), role=Role.ADMINISTRATOR)
    return Case(When(must & ~Q(Exists(has_it)), then=Value(True)), default=Value(False))


def admitted() -> QuerySet[User]:
    """Whom pages and the API are open to: an active login that owes no two-step login."""
    return User.objects.filter(is_active=True).annotate(owes=owes_two_step()).filter(owes=False)


def with_two_step(users: Iterable[User]) -> set[int]:
    """The ids of those among the users who have it."""
    ids = [user.pk for user in users]
    rows = Authenticator.objects.filter(user__in=ids, type__in=SECOND_STEPS)
    return set(rows.values_list("user", flat=True))


def remove_two_step(user: User) -> None:
    """For somebody who lost the device: the next login asks for the password only."""
    Authenticator.objects.filter(user=user).delete()
