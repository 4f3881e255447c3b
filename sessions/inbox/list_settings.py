"""Changes of how somebody has the lists."""

from django.db import IntegrityError, transaction

from accounts.gone import save_held
from accounts.models import User
from sessions.models import ListSettings, SavedView
from sessions.refused import NameTaken

VIEWS_MOST = 50


@transaction.atomic
def sort_by(user: User, sort: ListSettings.Sort) -> None:
    ListSettings.objects.update_or_create(user=user, defaults={"sort": sort})


@transaction.atomic
def fold(user: User, group: str, *, is_folded: bool) -> None:
    """Two windows that fold different groups at once both have their way."""
    ListSettings.objects.get_or_create(user=user)
    settings = ListSettings.objects.select_for_update(no_key=True).get(user=user)
    others = [name for name in settings.folded if name != group]
    settings.folded = [*others, group] if is_folded else others
    settings.save(update_fields=["folded"])


def save_view(view: SavedView, *, name: str) -> SavedView:
    """A new one, or one that gets another name. Raises `NameTaken`, `Gone`."""
    view.name = name
    try:
        with transaction.atomic():
            save_held(view)
    except IntegrityError as error:
        raise NameTaken from error
    return view


def delete_view(view: SavedView) -> None:
    view.delete()
