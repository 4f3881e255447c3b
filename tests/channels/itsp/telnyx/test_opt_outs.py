"""A page of Telnyx's list of opt-outs: what is read of it, and where it goes on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import telnyx.types
from pydantic import TypeAdapter
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import OptOut, OptOutPage
from tests.channels.itsp.contract.api import Api, api
from tests.channels.itsp.contract.kit import Reply
from tests.servers import Simulator
from tests.telnyx_account import CONTACT, CREDENTIALS, OUR_NUMBER, PROFILE_ID

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
AT = "2025-04-28 12:00:38.631252+00:00"  # as its documentation has it
ENTRY = {"from": OUR_NUMBER, "to": CONTACT, "messaging_profile_id": PROFILE_ID, "keyword": "STOP"}
ENTRY |= {"created_at": AT}
FOUND = OptOut(CONTACT, OUR_NUMBER, datetime(2025, 4, 28, 12, 0, 38, 631252, UTC))


@pytest.fixture
def stand_in(settings: Settings) -> Iterator[Api]:
    with api() as made:
        settings.ITSP_API_URLS = {"telnyx": made.url}
        settings.ITSP_CHECK_TIMEOUT_S = 2.0
        yield made


def page(stand_in: Api, *entries: Any, meta: Any = None, place: str = "") -> OptOutPage:
    body = {"data": list(entries), "meta": meta or {"page_number": 1, "total_pages": 1}}
    stand_in.reply = Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return TELNYX.list_opt_outs(CREDENTIALS, numbers=[OUR_NUMBER], place=place)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (ENTRY, FOUND),
        ({**ENTRY, "from": CONTACT, "to": OUR_NUMBER}, FOUND),
        ({**ENTRY, "from": "ACME"}, OptOut(CONTACT, "", FOUND.at)),
        ({**ENTRY, "from": None, "created_at": "yesterday"}, OptOut(CONTACT, "", None)),
        ({**ENTRY, "to": "50155"}, OptOut("50155", OUR_NUMBER, FOUND.at)),
    ],
)
def test_entry_names_the_contact_and_our_number(stand_in: Api, entry: dict[str, Any], found: OptOut) -> None:
    assert page(stand_in, entry) == OptOutPage([found])


@pytest.mark.parametrize("entry", [{**ENTRY, "to": "+1415555****"}, {**ENTRY, "to": None}, {}, None, 7])
def test_entry_without_a_readable_contact_is_counted(stand_in: Api, entry: Any) -> None:
    assert page(stand_in, entry, ENTRY) == OptOutPage([FOUND], unreadable=1)


@pytest.mark.parametrize(
    ("meta", "place"),
    [
        ({"page_number": 2, "total_pages": 3}, "3"),
        ({"page_number": 2, "total_pages": 2}, ""),
        ({"page_number": 2}, "3"),  # then only an empty page is the end
    ],
)
def test_list_goes_on_by_its_own_count_of_pages(stand_in: Api, meta: Any, place: str) -> None:
    assert page(stand_in, ENTRY, meta=meta, place="2").next_place == place
    assert page(stand_in, meta={"page_number": 2}, place="2").next_place == ""


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": 7}', b"{}"])
def test_answer_that_can_not_be_read_is_asked_for_again(stand_in: Api, body: bytes) -> None:
    stand_in.reply = Reply(200, body)
    with pytest.raises(ItspError) as error:
        TELNYX.list_opt_outs(CREDENTIALS, numbers=[OUR_NUMBER], place="")
    assert error.value.advice is Advice.RETRY


def test_simulator_tells_what_telnyx_does(simulator: Simulator) -> None:
    number = {"address": OUR_NUMBER, "itsp": "telnyx", "belongs_to": PROFILE_ID}
    simulator.post("/control/numbers", number)
    simulator.post("/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": "stop all"})
    client = telnyx.Telnyx(api_key=CREDENTIALS["api_key"], base_url=f"{simulator.url}/telnyx/v2")
    with client:
        (hidden,) = client.messaging_optouts.list()
        (told,) = client.messaging_optouts.list(redaction_enabled="false")
    TypeAdapter(telnyx.types.MessagingOptoutListResponse).validate_python(told)
    assert (hidden.to, told.from_, told.keyword) == ("+1415555****", OUR_NUMBER, "STOP ALL")
    (found,) = TELNYX.list_opt_outs(CREDENTIALS, numbers=[OUR_NUMBER], place="").opt_outs
    assert found == OptOut(CONTACT, OUR_NUMBER, told.created_at)
