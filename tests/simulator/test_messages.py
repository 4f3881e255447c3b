"""The Messages resource, by the unmodified twilio client."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stand_in import ABROAD, CONTACT, FAST, NUMBER, SID, StandIn

pytestmark = pytest.mark.once


def test_created_message_has_documented_fields(stand_in: StandIn) -> None:
    form = {"To": CONTACT, "From": NUMBER, "Body": "Hello"}
    answer = stand_in.api("POST", "/Messages.json", data=form)
    made = answer.json()
    uri = f"/2010-04-01/Accounts/{SID}/Messages/{made['sid']}"
    assert answer.status_code == 201
    assert made["sid"].startswith("SM")
    assert len(made["sid"]) == 34
    for date in ("date_created", "date_updated"):
        assert datetime.strptime(made.pop(date), "%a, %d %b %Y %H:%M:%S %z")
    assert made == {
        "account_sid": SID,
        "api_version": "2010-04-01",
        "body": "Hello",
        "date_sent": None,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": NUMBER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": made["sid"],
        "status": "queued",
        "subresource_uris": {"feedback": f"{uri}/Feedback.json", "media": f"{uri}/Media.json"},
        "to": CONTACT,
        "uri": f"{uri}.json",
    }


def test_history_tells_each_status_in_order(stand_in: StandIn) -> None:
    message = stand_in.ended(stand_in.send("Hello"))
    assert [entry["status"] for entry in message["history"]] == ["queued", "sending", "sent", "delivered"]
    times = [entry["at"] for entry in message["history"]]
    assert times == sorted(times)
    assert message["created_at"] == times[0]
    assert stand_in.client.messages(message["sid"]).fetch().status == "delivered"


REFUSED = [
    ({"To": ""}, 21604),
    ({"From": ""}, 21603),
    ({"To": "4155550123"}, 21211),
    ({"To": "+1415555012x"}, 21211),
    ({"To": "+15005550001"}, 21211),
    ({"To": "+15005550002"}, 21612),
    ({"To": "+15005550003"}, 21408),
    ({"To": "+15005550004"}, 21610),
    ({"To": "+15005550009"}, 21614),
    ({"From": "+1"}, 21212),
    ({"From": "+15005550001"}, 21212),
    ({"From": "+15005550007"}, 21606),
    ({"From": "+14155559876"}, 21606),
    ({"From": "ACME"}, 21606),
    ({"To": NUMBER}, 21266),
    ({"Body": ""}, 21602),
    ({"Body": "a" * 1601}, 21617),
    ({"StatusCallback": "not a url"}, 21609),
    ({"MediaUrl": ["https://x.example/1.png"] * 11}, 21623),
    ({"MediaUrl": "nowhere"}, 21620),
    ({"MediaUrl": "https://x.example/1.png", "From": ABROAD}, 21606),
    ({"ValidityPeriod": "36001"}, 20001),
    ({"MessagingServiceSid": "MG" + "0" * 32}, 21701),
]


@pytest.mark.parametrize(("change", "code"), REFUSED)
def test_bad_message_is_refused_with_twilios_code(
    stand_in: StandIn, change: dict[str, str], code: int
) -> None:
    form = {"To": CONTACT, "From": NUMBER, "Body": "x"} | change
    answer = stand_in.api("POST", "/Messages.json", data=form)
    error = answer.json()
    assert [answer.status_code, error["code"], error["status"]] == [400, code, 400]
    assert error.keys() == {"code", "message", "more_info", "status"}
    assert stand_in.get("messages")["count"] == 0


def test_magic_sender_with_full_queue_and_one_that_works(stand_in: StandIn) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x", from_="+15005550008")
    assert refused.value.code == 21611
    assert stand_in.send("x", from_=FAST)


def test_longest_body_is_accepted(stand_in: StandIn) -> None:
    sid = stand_in.send("a" * 1600)
    assert stand_in.client.messages(sid).fetch().num_segments == "11"


def test_trial_account_texts_verified_numbers_only(stand_in: StandIn) -> None:
    stand_in.post("settings", account_type="Trial", verified_recipients=["+14155550199"])
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x")
    assert refused.value.code == 21608
    assert stand_in.send("x", to="+14155550199")


def test_blocked_country_is_refused(stand_in: StandIn) -> None:
    stand_in.post("settings", blocked_prefixes=["+44"])
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x", to="+447700900555")
    assert refused.value.code == 21408


def test_list_filters_newest_first(stand_in: StandIn) -> None:
    for to, body in ((CONTACT, "1"), ("+14155550199", "2"), (CONTACT, "3")):
        stand_in.ended(stand_in.send(body, to=to))
    stand_in.text("4")
    messages = stand_in.client.messages
    assert [m.body for m in messages.list()] == ["4", "3", "2", "1"]
    assert [m.body for m in messages.list(to=CONTACT)] == ["3", "1"]
    assert [m.body for m in messages.list(to=CONTACT, from_=NUMBER)] == ["3", "1"]
    assert [m.body for m in messages.list(from_=CONTACT)] == ["4"]
    assert [m.direction for m in messages.list(to=NUMBER)] == ["inbound"]


def test_list_by_date_sent(stand_in: StandIn) -> None:
    stand_in.ended(stand_in.send("sent"))
    stand_in.post("numbers", address=FAST, rate=0.001)
    for body in ("on its way", "waits without a date"):
        stand_in.send(body, from_=FAST)
    now = datetime.now(UTC)
    messages = stand_in.client.messages
    assert {m.body for m in messages.list(from_=NUMBER, date_sent=now.date())} == {"sent"}
    assert messages.list(date_sent=now.date() - timedelta(days=1)) == []
    assert [m.body for m in messages.list(from_=NUMBER, date_sent_after=now - timedelta(minutes=1))] == [
        "sent"
    ]
    assert messages.list(date_sent_after=now + timedelta(minutes=1)) == []
    assert messages.list(date_sent_before=now - timedelta(minutes=1)) == []
    assert "waits without a date" not in [
        m.body for m in messages.list(date_sent_before=now + timedelta(days=1))
    ]


def test_list_of_what_a_number_received(stand_in: StandIn) -> None:
    stand_in.post("settings", clock_behind_s=3600)
    picture = {"content_type": "image/png", "data": "aGVsbG8="}
    sid = stand_in.text("Received", media=[picture])["sid"]
    stand_in.ended(stand_in.send("sent"))
    then = datetime.now(UTC) - timedelta(hours=1)
    minute = timedelta(minutes=1)
    (found,) = stand_in.client.messages.list(
        to=NUMBER, date_sent_after=then - minute, date_sent_before=then + minute
    )
    assert (found.sid, found.direction, found.status, found.num_media) == (sid, "inbound", "received", "1")
    assert found.date_sent is not None
    assert abs(found.date_sent - then) < timedelta(seconds=3)
    assert stand_in.client.messages.list(to=NUMBER, date_sent_after=then + minute) == []


def test_list_pages_do_not_shift_under_new_messages(stand_in: StandIn) -> None:
    for index in range(7):
        stand_in.send(f"{index}")
    page = stand_in.client.messages.page(to=CONTACT, page_size=3)
    bodies = [m.body for m in page]
    stand_in.send("new")
    while page := page.next_page():
        bodies += [m.body for m in page]
    assert bodies == ["6", "5", "4", "3", "2", "1", "0"]
    assert stand_in.api("GET", "/Messages.json", params={"PageSize": 5000}).json()["page_size"] == 1000


def test_redact_and_delete_wait_for_the_end(stand_in: StandIn) -> None:
    stand_in.post("settings", send_delay_ms=300)
    sid = stand_in.send("secret")
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.messages(sid).delete()
    assert [refused.value.status, refused.value.code] == [409, 20009]
    stand_in.ended(sid)
    assert stand_in.client.messages(sid).update(body="").body == ""
    assert stand_in.client.messages(sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        stand_in.client.messages(sid).fetch()
    assert [gone.value.status, gone.value.code] == [404, 20404]
    assert stand_in.client.messages.list() == []
