"""Imports of contacts as they stand in the tour: not started, running, done with faulty rows and links."""

from django.utils import timezone

from accounts.models import Role, User
from imports import actions
from imports.kinds import kind_class
from imports.models import Import
from imports.taking import take
from tests.tour.world import World

CONTACTS = """First Name,Last Name,E-mail,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value,Client type,Notes
Zoë,Müller,zoe@example.com,Mobile,+14155550171,+14155550172,Customer,Calls on Mondays
Ada,Lovelace,,Mobile,(415) 555-0173,,Supplier,"Prefers to be called Countess"
Ben,,,Home,12,,Customer,
,,,Work,+14155550174,,,
Cleo,Nakamura,cleo@example.com,Mobile,+14155550171,,Customer,
"""
PEOPLE = """Extension,Name,Login,E-mail
3001,Nora Berg,nora,
3002,Otto Klein,otto,
3003,,pia,pia@example.com
300x,Quentin,quentin,
"""


def columns(_world: World) -> int:
    return _taken("contacts", CONTACTS).pk


def being_read(_world: World) -> int:
    admin = User.objects.get(role=Role.ADMINISTRATOR)
    values = {"rows": 20_400, "holder": "tour", "held_until": "2100-01-01T00:00:00Z"}
    return Import.objects.create(kind="contacts", user=admin, name="address-book.vcf", **values).pk


def refused(world: World) -> int:
    pk = being_read(world)
    words = "These are more than 50,000 rows. Split the file, and import the parts one after the other."
    Import.objects.filter(pk=pk).update(state=Import.State.REFUSED, notes=[words], ended_at=timezone.now())
    return pk


def under_way(_world: World) -> int:
    import_ = _taken("contacts", CONTACTS)
    half = {"rows": 48_211, "rows_done": 20_433, "added": 19_804, "unchanged": 611, "faulty": 18}
    Import.objects.filter(pk=import_.pk).update(state=Import.State.RUNNING, holder="tour", **half)
    Import.objects.filter(pk=import_.pk).update(held_until="2100-01-01T00:00:00Z")
    return import_.pk


def done(_world: World) -> int:
    User.objects.filter(username__in=("nora", "otto"), extension=None).delete()
    import_ = _taken("extensions", PEOPLE)
    actions.start(import_)
    return import_.pk


def _taken(kind: str, text: str) -> Import:
    admin = User.objects.get(role=Role.ADMINISTRATOR)
    import_ = take(kind_class(kind)(), user=admin, text=text)
    import_.name = "contacts from Google.csv" if kind == "contacts" else "people.csv"
    import_.save(update_fields=["name"])
    return import_
