"""An alarm begins once and is over once, however often one looks, and whatever is restarted."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import actions
from accounts.models import Role, User
from health.alarms import kinds, looking, telling
from health.checks import CHECKS
from health.models import Alarm, AlarmMessage
from health.result import Result, State
from health.wording import TITLES, UNITS
from health.words import WORDS
from tests.health.conftest import DEAD, FAILING, Clock, Receiver, wish
from tests.portal import make_user
from tests.servers import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN, END = "Alarm: Worker", "Over: Worker"


@pytest.fixture
def anna() -> User:
    return make_user("anna", Role.ADMINISTRATOR, email="anna@example.com")


def mailed() -> list[str]:
    """Sends what is due, and forgets it."""
    AlarmMessage.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
    telling.send_due()
    subjects = [str(message.subject) for message in mail.outbox]
    mail.outbox.clear()
    return subjects


def test_alarm_is_told_once_when_it_begins_and_once_when_it_is_over(anna: User, clock: Clock) -> None:
    clock.look(DEAD)
    assert mailed() == []  # what is over at once is none
    for _ in range(5):
        clock.look(DEAD, after_s=10)
    assert mailed() == [BEGIN]
    for _ in range(5):
        clock.look(after_s=10)
    assert mailed() == []  # it may come back
    for _ in range(5):
        clock.look(after_s=10)
    assert mailed() == [END]
    clock.look(after_s=600)
    assert (mailed(), Alarm.objects.open().count()) == ([], 0)


def test_mail_says_what_it_costs_and_what_to_do(anna: User, clock: Clock) -> None:
    clock.look(DEAD)
    clock.look(DEAD, after_s=20)
    telling.send_due()
    text = str(mail.outbox[0].body)
    assert mail.outbox[0].to == ["anna@example.com"]
    assert "No sign of life for 25 s. No attachments, set-up checks, e-mails and look-ups." in text
    assert "What to do: Start it again" in text
    assert "https://pbx.example.com/system/status/" in text


def test_what_is_fine_before_it_is_told_is_no_alarm(anna: User, clock: Clock) -> None:
    clock.look(DEAD)
    clock.look(after_s=5)
    clock.look(DEAD, after_s=5)
    clock.look(DEAD, after_s=5)
    assert (mailed(), Alarm.objects.ringing().count()) == ([], 0)


def test_flapping_check_is_held_down(anna: User, clock: Clock) -> None:
    """An hour in which it fails for half a minute and is fine for two minutes, again and again."""
    told: list[str] = []
    for _ in range(24):
        for _ in range(3):
            clock.look(DEAD, after_s=10)
        told += mailed()
        for _ in range(12):
            clock.look(after_s=10)
        told += mailed()
    assert told == [BEGIN, END, BEGIN]


def test_what_can_not_be_found_out_changes_nothing(anna: User, clock: Clock) -> None:
    clock.look(DEAD)
    clock.look(DEAD, after_s=20)
    assert mailed() == [BEGIN]
    for _ in range(30):
        clock.look(unknown="worker", after_s=10)
    assert (mailed(), Alarm.objects.ringing().count()) == ([], 1)


def test_each_channel_has_an_alarm_of_its_own(anna: User, clock: Clock) -> None:
    other = Result("channels", State.FAILING, "failing", None, {"label": "Second", "reason": "x"}, about="8")
    clock.look(FAILING)
    clock.look(FAILING, other, after_s=20)
    clock.look(FAILING, other, after_s=20)
    assert mailed() == ["Alarm: Channel: Main", "Alarm: Channel: Second"]
    clock.look(other, after_s=10)
    clock.look(other, after_s=90)
    assert mailed() == ["Over: Channel: Main"]


def test_two_that_look_at_once_tell_once(anna: User, clock: Clock) -> None:
    """As two processes do that have read the same rows."""
    for result in (DEAD, DEAD):
        clock.look(result)
    clock.look(DEAD, after_s=20)
    stale = Alarm.objects.get()
    stale.began_at = None
    looking._begin_if_due(stale, DEAD, clock.now)
    assert (mailed(), Alarm.objects.count()) == ([BEGIN], 1)


def test_warning_is_no_alarm(anna: User, clock: Clock) -> None:
    clock.look(Result("mail", State.WARNING, "unset"), Result("disk", State.WARNING, "soon", 12.0))
    assert Alarm.objects.count() == 0


def test_who_mutes_a_kind_is_told_of_the_others(anna: User, clock: Clock) -> None:
    wish(anna, muted=["processes"])
    clock.look(DEAD, FAILING)
    clock.look(DEAD, FAILING, after_s=20)
    assert mailed() == ["Alarm: Channel: Main"]


def test_only_administrators_are_told(clock: Clock) -> None:
    for name, role in (("vera", Role.SUPERVISOR), ("ada", Role.AGENT)):
        make_user(name, role, email=f"{name}@example.com")
    gone = make_user("gone", Role.ADMINISTRATOR, email="gone@example.com")
    stays = make_user("stays", Role.ADMINISTRATOR)
    actions.deactivate_user(gone, by=stays)
    clock.look(DEAD)
    clock.look(DEAD, after_s=20)
    assert (mailed(), AlarmMessage.objects.count()) == ([], 0)


def test_beginning_that_has_not_arrived_is_not_told_when_it_is_over(
    anna: User, clock: Clock, receiver: Receiver
) -> None:
    wish(anna, by_mail=False, webhook_url=f"{receiver.url}/hook")
    receiver.answers = [503]
    clock.look(DEAD)
    clock.look(DEAD, after_s=20)
    telling.send_due()
    clock.look(after_s=10)
    clock.look(after_s=90)
    AlarmMessage.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
    telling.send_due()
    assert receiver.told() == [("alarm.began", BEGIN)]
    assert not telling.due(now=timezone.now() + timedelta(days=1)).exists()


def test_every_check_has_its_words_and_its_kind() -> None:
    assert CHECKS.keys() == TITLES.keys() == UNITS.keys()
    assert CHECKS.keys() - kinds.KIND_OF.keys() == {"version", "mail", "dead_man"}  # which never fail
    assert set(kinds.KIND_OF.values()) == kinds.KINDS.keys()
    assert {check for check, _code in WORDS} == CHECKS.keys()


def test_every_code_that_a_check_can_find_has_words() -> None:
    """Those that stand in the sources as plain words."""
    named = set()
    for path in (ROOT / "health" / "checks").glob("*.py"):
        text = path.read_text()
        named |= set(re.findall(r'Result\(\s*"(\w+)", State\.\w+, "(\w+)"', text))
    assert len(named) > 20
    assert named - WORDS.keys() == set()
