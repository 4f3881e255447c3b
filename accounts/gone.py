"""What somebody deletes while others edit it: it does not come back, and what they typed is not lost."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

Row = TypeVar("Row", bound=Model)


class Gone(Exception):
    """What is to be changed was deleted meanwhile."""


def to_edit(request: HttpRequest, rows: QuerySet[Row], pk: int, *, archived: Any = None) -> Row:
    """The row that a page edits, a 404 if there is none. `archived`: where rows are kept that were deleted.

    What is posted for a row that is gone gets one that stands for it: the form has something to be about,
    and `hold` refuses it.
    """
    row = rows.filter(pk=pk).first()
    if row is not None:
        return row
    past: Row | None = archived.filter(pk=pk).first() if archived is not None else rows.model(pk=pk)
    if request.method != "POST" or past is None:
        raise Http404
    past.is_gone = True  # type: ignore[attr-defined]
    return past


def is_gone(row: Any) -> bool:
    return bool(getattr(row, "is_gone", False))


def hold(row: Model) -> None:
    """Locks what is to be changed, within a transaction. Raises `Gone`."""
    rows = type(row)._base_manager.select_for_update(no_key=True).filter(pk=row.pk)
    if hasattr(row, "archived_at"):
        rows = rows.filter(archived_at=None)
    if is_gone(row) or rows.values_list("pk").first() is None:
        raise Gone


def save_held(row: Model) -> None:
    """Saves a new row, or one that is still there, within a transaction. Raises `Gone`."""
    if row.pk is not None:
        hold(row)
    row.save(force_update=row.pk is not None)


def say_gone(form: ModelForm[Any]) -> None:
    form.instance.is_gone = True
    form.add_error(
        None,
        _(
            "Somebody deleted this meanwhile, so nothing was saved. What you typed still stands here: copy "
            "what you need, or add it anew."
        ),
    )


def may_save(request: HttpRequest, form: ModelForm[Any]) -> bool:
    """Whether a form was posted, is valid, and is about something that is there. If not, it says why."""
    if request.method == "POST" and is_gone(form.instance):
        if not form.is_bound:  # nothing was typed that could be lost
            raise Http404
        say_gone(form)
        return False
    return request.method == "POST" and form.is_valid()


def status_of(request: HttpRequest, form: ModelForm[Any]) -> int:
    """Of a form's page that is shown: as it was asked for, with errors, or about something that is gone."""
    if request.method != "POST":
        return 200
    return 404 if is_gone(form.instance) else 422
