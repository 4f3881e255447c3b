"""Whose calls are believed."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.calls import SignedBy, WebhookCall
from channels.webhook import headers
from channels.webhook import keys as webhook_keys
from routing.models import Extension
from sessions.models import WebhookRequest
from sessions.receiving import answers, patience, spool, verifying
from tests.channels.itsp.contract.conftest import Door, change_credentials, received, road_of
from tests.channels.itsp.contract.kit import Kit, Text
from tests.channels.itsp.contract.kits import WITHOUT
from tests.factories import Road
from tests.sessions.receiving.test_age import ago
from tests.sessions.receiving.test_spool import database_away

pytestmark = pytest.mark.django_db

LATE = [timedelta(minutes=11), timedelta(hours=9), timedelta(days=3)]
HOSTILE = ["", " ", "=", "sha256=", "é", "\x00", "A" * 100_000, "Basic", "Basic ====", "-1", "9" * 400, "nan"]


def test_each_itsp_has_a_kit() -> None:
    assert WITHOUT == []
    assert ITSPS


def test_call_signed_with_the_channels_secret_is_taken_in(door: Door) -> None:
    assert door.post(Text(1, "Grüße 🎉")) == 200
    assert received() == ["Grüße 🎉"]


def test_call_signed_with_another_secret_is_refused_and_held(door: Door, kit: Kit, road: Road) -> None:
    assert door.post(Text(1), credentials=kit.other_credentials) == 403
    assert (received(), WebhookRequest.objects.get().outcome) == ([], "held")
    change_credentials(road.channel, {**kit.credentials, **_secrets_of(kit)})
    assert verifying.verify_due() == 1
    assert received() == ["Hello"]


def _secrets_of(kit: Kit) -> Mapping[str, object]:
    """What the other channel signs with; the account stays the same."""
    account = kit.itsp.account_id(kit.credentials)
    others = kit.other_credentials.items()
    return {name: value for name, value in others if kit.credentials.get(name) != account}


def test_call_without_a_signature_is_refused(door: Door, kit: Kit) -> None:
    body = kit.body_of([Text(1)])
    assert door.send(door.url(), body, {"Content-Type": "application/json"}) == 403
    assert received() == []
    bare = WebhookCall("POST", door.url(), {}, body, timezone.now())
    assert kit.itsp.signed_by(bare, kit.credentials) is SignedBy.NOBODY
    signed = headers.kept(_lower(kit.headers_of(door.url(), body, kit.credentials, timezone.now())).items())
    call = WebhookCall("POST", door.url(), signed, body, timezone.now())
    assert kit.itsp.signed_by(call, kit.credentials) is not SignedBy.NOBODY


def test_signature_of_other_words_is_refused_unless_it_is_a_password(door: Door, kit: Kit) -> None:
    url, body = door.url(), kit.body_of([Text(1, "Hello")])
    changed = kit.body_of([Text(1, "Hellp")])
    proof = kit.headers_of(url, body, kit.credentials, timezone.now())
    is_password = proof == kit.headers_of(url, changed, kit.credentials, timezone.now())
    assert door.send(url, changed, proof) == (200 if is_password else 403)
    assert received() == (["Hellp"] if is_password else [])


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:9]))
def test_header_of_any_form_is_refused_without_an_error(kit: Kit, door: Door, value: str) -> None:
    url, body = door.url(), kit.body_of([Text(1)])
    right = _lower(kit.headers_of(url, body, kit.credentials, timezone.now()))
    proofs = [name for name in right if name != "content-type" and name in kit.itsp.webhook_headers]
    assert proofs
    for name in proofs:
        kept = headers.kept({**right, name: value}.items())
        call = WebhookCall("POST", url, kept, body, timezone.now())
        assert not kit.itsp.is_authentic(call, kit.credentials)


def test_shifted_call_is_no_second_text(door: Door, kit: Kit) -> None:
    assert door.post(Text(1)) == 200
    body = kit.body_of([Text(1)])
    proof = kit.headers_of(door.url(), body, kit.credentials, timezone.now())
    for url, shifted in kit.shifted(door.url(), body):
        door.send(url, shifted, proof)
        assert received() == ["Hello"]


def test_call_replayed_to_another_channel_is_nothing_there(
    client: Client, kit: Kit, door: Door, ada: Extension
) -> None:
    body = kit.body_of([Text(1)])
    proof = kit.headers_of(door.url(), body, kit.credentials, timezone.now())
    same = {"address": "+12015550991", "name": "Same account", "credentials": kit.credentials}
    other = {"address": "+12015550992", "name": "Other account", "credentials": kit.other_credentials}
    assert door.send(door.url(), body, proof) == 200
    for more in (same, other):
        elsewhere = Door(client, kit, road_of(kit, ada, **more))  # type: ignore[arg-type]
        status = elsewhere.send(elsewhere.url(), body, proof)
        assert status == 403 or more is same
        assert received() == ["Hello"]


@pytest.mark.parametrize("age", LATE)
def test_call_that_lay_in_the_spool_is_as_good_as_new(door: Door, road: Road, age: timedelta) -> None:
    webhook_keys.remember(road.channel.webhook_addresses.all())
    with ago(age) as then, database_away():
        assert door.post(Text(1, "Spooled"), at=then) == 200
    assert spool.drain() == 1
    assert received() == ["Spooled"]


@pytest.mark.parametrize("age", LATE)
def test_call_posted_after_its_time_is_refused(door: Door, kit: Kit, age: timedelta) -> None:
    status = door.post(Text(1), at=timezone.now() - age)
    is_too_old = kit.lasts_s is not None and age.total_seconds() > kit.lasts_s
    assert status == (403 if is_too_old else 200)


def test_secret_of_a_call_is_not_kept(door: Door, kit: Kit) -> None:
    proof = _lower(kit.headers_of(door.url(), kit.body_of([Text(1)]), kit.credentials, timezone.now()))
    assert door.post(Text(1)) == 200
    kept = WebhookRequest.objects.get().headers
    assert kit.itsp.secret_headers <= kit.itsp.webhook_headers
    for name in kit.itsp.secret_headers & proof.keys():
        assert kept[name].startswith("fingerprint:")


def test_itsp_waits_long_enough_for_database_and_spool(kit: Kit) -> None:
    now = timezone.now()
    assert patience.left_s(now, kit.itsp) > answers.WAIT_AT_LEAST_S + patience.FOR_THE_SPOOL_S
    assert patience.left_for_the_database_s(now) > answers.WAIT_AT_LEAST_S


def _lower(found: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in found.items()}
