"""The audit log: who changed what, when and from where. Of a secret it only says that it changed.

Each app's models say that they are watched: a save is compared with what was stored. What is written
without `save()` is told by `comparing` or `note`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.utils.translation import gettext as _

from accounts.audit_origin import origin
from accounts.audit_words import NAMED_MOST, VALUE_MOST, NameOfRow, first_of, name_of, name_of_row, shown
from accounts.models import ApiToken, AuditEntry, Invitation, SecuritySettings, User

Action = AuditEntry.Action
Changes = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Watched:
    left_out: frozenset[str]
    secrets: frozenset[str]
    by_people: bool


_watched: dict[type[Model], Watched] = {}
_noted: list[type[Model]] = []  # of which entries are written by `note` alone


def watch(
    model: type[Model],
    *,
    left_out: Iterable[str] = (),
    secrets: Iterable[str] = (),
    lists: Sequence[str] = (),
    by_people: bool = False,
) -> None:
    """`lists` are many-to-many fields; `by_people`: only what somebody does who is logged in."""
    _watched[model] = Watched(frozenset(left_out), frozenset(secrets), by_people)
    uid = f"audit-{model._meta.label_lower}"
    pre_save.connect(_before_save, sender=model, dispatch_uid=uid)
    post_save.connect(_after_save, sender=model, dispatch_uid=uid)
    post_delete.connect(_after_delete, sender=model, dispatch_uid=uid)
    for name in lists:
        through = getattr(model, name).through
        handler = partial(_list_changed, model, name)
        m2m_changed.connect(handler, sender=through, weak=False, dispatch_uid=f"{uid}-{name}")


def name_kind(model: type[Model]) -> None:
    """Entries can be about it, though no save of it is one."""
    _noted.append(model)


def kinds() -> list[str]:
    """What entries can be about."""
    return [model._meta.label_lower for model in (*_watched, *_noted)]


def watched_fields() -> list[tuple[str, str]]:
    """(kind, field) of all that entries can say to have changed."""
    return [
        (model._meta.label_lower, field.name)
        for model, watched in _watched.items()
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in watched.left_out
    ]


def note(
    instance: Model, action: AuditEntry.Action, *, name: str = "", changes: Changes | None = None
) -> int | None:
    """An entry about what no save tells. Returns its id."""
    return _write(type(instance), instance.pk, action, name or name_of(instance), changes or {})


def complete(entry_id: int | None, changes: Changes) -> None:
    """What became at last of that which an entry tells."""
    AuditEntry.objects.filter(pk=entry_id or 0).update(changes=changes)


def note_all(noted: Iterable[tuple[Model, Changes]], *, by: User) -> None:
    """That somebody has changed many of one kind by a statement; by one statement, too."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            user=by,
            username=by.username,
            action=Action.CHANGED,
            kind=instance._meta.label_lower,
            object_id=instance.pk,
            name=name_of(instance)[:255],
            changes=changes,
        )
        for instance, changes in noted
    )


def note_saved(saved: Iterable[tuple[Model | None, Model, Changes]]) -> None:
    """Many of one kind were saved by statements: noted by one, too, as saving each would.

    Of each the state before, None of a new one; the state now; and what changed in its lists.
    """
    entries, called = [], cache(name_of_row)  # one that many name is asked for once
    for before, after, lists in saved:
        was = _values(before) if before else dict.fromkeys(_values(after))
        changes = _differences(type(after), was, _values(after), called)
        action = Action.CHANGED if before else Action.CREATED
        if before and changes.pop("archived_at", None):
            action = Action.CREATED
        if changes or lists or action == Action.CREATED:
            entries.append(_entry(type(after), after.pk, action, name_of(after), changes | lists))
    AuditEntry.objects.bulk_create(entries)


def changes_of_list(field: str, *, added: Iterable[Model], removed: Iterable[Model]) -> Changes:
    """What an entry tells of a list that was changed by statements."""
    said = {"added": sorted(map(name_of, added)), "removed": sorted(map(name_of, removed))}
    named = {verb: first_of(names) for verb, names in said.items() if names}
    return {field: named} if named else {}


def changes_of(before: Model, after: Model) -> Changes:
    """How two states of a watched object differ, as an entry tells it."""
    return _differences(type(after), _values(before), _values(after))


def note_changes(instance: Model, changes: dict[str, tuple[str, str]]) -> None:
    """What hangs on an object and is saved elsewhere: (before, after) by its name."""
    shown = {name: {"old": old[:VALUE_MOST], "new": new[:VALUE_MOST]} for name, (old, new) in changes.items()}
    if shown:
        _write(type(instance), instance.pk, Action.CHANGED, name_of(instance), shown)


@contextmanager
def comparing(instance: Model) -> Iterator[None]:
    """For an UPDATE that bypasses `save()`; the instance is read again."""
    before = _values(instance)
    yield
    instance.refresh_from_db()
    _write_difference(instance, before, _values(instance))


def set_rows(instance: Any, field: str, rows: Sequence[Model]) -> None:
    """Makes `rows` the only ones that hang on a watched object, and notes what that adds and removes.

    Rows of the same name are the same.
    """
    present = {name_of(row): row for row in getattr(instance, field).all()}
    wanted = {name_of(row): row for row in rows}
    changes = {
        "removed": [name for name in present if name not in wanted],
        "added": [name for name in wanted if name not in present],
    }
    for name in changes["removed"]:
        present[name].delete()
    for name in changes["added"]:
        wanted[name].save()
    named = {verb: names[:NAMED_MOST] for verb, names in changes.items() if names}
    if named:
        _write(type(instance), instance.pk, Action.CHANGED, name_of(instance), {field: named})


def _before_save(sender: type[Model], instance: Any, raw: bool, **_signal: Any) -> None:
    stored = sender._base_manager.filter(pk=instance.pk).first() if instance.pk and not raw else None
    instance._audited = _values(stored) if stored else None


def _after_save(sender: type[Model], instance: Any, raw: bool, update_fields: Any, **_signal: Any) -> None:
    if raw or _is_rehashed(instance, update_fields):
        return
    values, before = _values(instance), instance.__dict__.pop("_audited", None)
    if update_fields is not None:
        values = {name: value for name, value in values.items() if name in update_fields}
    if before is None:
        before = dict.fromkeys(values)
        _write(sender, instance.pk, Action.CREATED, name_of(instance), _differences(sender, before, values))
    else:
        _write_difference(instance, before, values)


def _is_rehashed(instance: Any, update_fields: Iterable[str] | None) -> bool:
    """The same password, stored by a newer method when its user logged in."""
    return set(update_fields or ()) == {"password"} and getattr(instance, "_password", None) is None


def _after_delete(sender: type[Model], instance: Any, **_signal: Any) -> None:
    _write(sender, instance.pk, Action.DELETED, name_of(instance), {})


def _list_changed(
    owner: Any, field: str, instance: Any, action: str, reverse: bool, pk_set: set[int], **_signal: Any
) -> None:
    if action not in {"post_add", "post_remove"} or not pk_set:
        return
    verb = "added" if action == "post_add" else "removed"
    if reverse:
        for one in owner._base_manager.filter(pk__in=pk_set):
            changes = {field: {verb: [name_of(instance)]}}
            _write(owner, one.pk, Action.CHANGED, name_of(one), changes)
        return
    related = owner._meta.get_field(field).related_model._base_manager
    names = sorted(name_of(one) for one in related.filter(pk__in=pk_set)[:NAMED_MOST])
    if len(pk_set) > len(names):
        names.append(_("… %s in all") % len(pk_set))
    _write(owner, instance.pk, Action.CHANGED, name_of(instance), {field: {verb: names}})


def _values(instance: Model) -> dict[str, Any]:
    left_out = _watched[type(instance)].left_out
    fields = (field for field in instance._meta.concrete_fields if not field.primary_key)
    return {field.name: field.value_from_object(instance) for field in fields if field.name not in left_out}


def _write_difference(instance: Model, before: dict[str, Any], after: dict[str, Any]) -> None:
    model, action = type(instance), Action.CHANGED
    changes = _differences(model, before, after)
    if changes.pop("archived_at", None):
        action = Action.DELETED if after["archived_at"] else Action.CREATED
    if changes or action != Action.CHANGED:
        _write(model, instance.pk, action, name_of(instance), changes)


def _differences(
    model: type[Model], before: dict[str, Any], after: dict[str, Any], called: NameOfRow = name_of_row
) -> Changes:
    secrets = _watched[model].secrets
    return {
        name: {} if name in secrets else shown(model._meta.get_field(name), before[name], value, called)
        for name, value in after.items()
        if before[name] != value and (before[name] or value)
    }


def _write(model: type[Model], pk: Any, action: AuditEntry.Action, name: str, changes: Changes) -> int | None:
    """One entry for all that a request does to one object."""
    here, watched = origin(), _watched.get(model)
    if watched and watched.by_people and here.user is None:
        return None
    kind = model._meta.label_lower
    earlier = AuditEntry.objects.filter(pk=here.entries.get((kind, pk), 0)).first()  # unless rolled back
    if earlier and action in {earlier.action, Action.CHANGED}:
        joined = {field: _joined(earlier.changes.get(field, {}), change) for field, change in changes.items()}
        earlier.changes |= joined
        earlier.save(update_fields=["changes"])
        return earlier.pk
    entry = _entry(model, pk, action, name, changes)
    entry.save()
    here.entries[kind, pk] = entry.pk
    return entry.pk


def _entry(model: type[Model], pk: Any, action: str, name: str, changes: Changes) -> AuditEntry:
    here = origin()
    return AuditEntry(
        user=here.user,
        username=here.user.username if here.user else "",
        address=here.address,
        action=action,
        kind=model._meta.label_lower,
        object_id=pk,
        name=name[:255],
        changes=changes,
    )


def _joined(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Two changes of one field as one."""
    if "new" in then:
        return then | {"old": first.get("old", then["old"])}
    return {verb: first.get(verb, []) + then.get(verb, []) for verb in first | then}


watch(User, left_out={"last_login", "date_joined"}, secrets={"password"})
watch(ApiToken, left_out={"token_hash", "created_at", "last_used_at", "end_told_at"})
watch(Invitation, left_out={"created_at"})
watch(SecuritySettings)
watch(Authenticator, left_out={"data", "created_at", "last_used_at"})  # a second step set up, or removed
