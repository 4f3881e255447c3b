"""Contact cards on the contacts' import page: as phones, address books and old programs write them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports import running, storing
from imports.models import Import
from sessions.models import Contact
from tests.imports.doors import (
    csv_of,
    faults_of,
    figures_of,
    imported,
    meanings_of,
    said_of,
    started,
    uploaded,
)
from tests.portal import errors_of

pytestmark = pytest.mark.django_db
PATH = "/contacts/import/"

IPHONE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 17.0//EN
N:Lovelace;Ada;;;
FN:Ada Lovelace
ORG:Analytical Engines;
item1.TEL;type=pref:+1 (415) 555-0123
item1.X-ABLabel:Mobile
TEL;type=HOME;type=VOICE:+1 415 555 0124
TEL;type=HOME;type=FAX:+1 415 555 0199
NOTE:first\\nsecond\\, with a comma
 and a fold
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ==
END:VCARD
"""
OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=
=C3=AB;;;
TEL;CELL;VOICE:+14155550125
PHOTO;ENCODING=BASE64;JPEG:
 /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRof
 Hh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL=

END:VCARD
"""
NEW = """BEGIN:VCARD
VERSION:4.0
FN:Grace Hopper
N:Hopper;Grace;;;
TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+1-415-555-0126
EMAIL:grace@example.com
END:VCARD
"""


def book() -> list[tuple[str, str, str]]:
    return list(Contact.objects.order_by("address").values_list("address", "name", "notes"))


ADA = [
    ("+14155550123", "Ada Lovelace", "first\nsecond, with a commaand a fold"),
    ("+14155550124", "Ada Lovelace", "first\nsecond, with a commaand a fold"),
]
ZOE = [("+14155550125", "Zoë Müller", "")]
GRACE = [("+14155550126", "Grace Hopper", "")]


@pytest.mark.parametrize(
    ("content", "stored"),
    [(IPHONE, ADA), (OLD, ZOE), (NEW, GRACE), (IPHONE + OLD + NEW, ADA + ZOE + GRACE)],
    ids=["3.0", "2.1", "4.0", "all in one"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_cards_become_contacts(
    admin_page: Client, content: str, stored: list[tuple[str, str, str]], encoding: str, end: str
) -> None:
    answer = uploaded(admin_page, PATH, content.replace("\n", end).encode(encoding), name="contacts.vcf")
    assert figures_of(started(admin_page, answer)) == {"added": len(stored)}
    assert book() == stored


def test_cards_of_windows_are_read(admin_page: Client) -> None:
    card = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Groß;Jürgen – privat\r\nTEL;CELL:+14155550123\r\nEND:VCARD\r\n"
    imported(admin_page, PATH, card.encode("cp1252"))
    assert book() == [("+14155550123", "Jürgen – privat Groß", "")]


def test_pasted_cards_are_shown_before_anything_is_stored(admin_page: Client) -> None:
    answer = uploaded(admin_page, PATH, NEW + IPHONE)
    assert meanings_of(answer) == {
        "Number": "number",
        "Name": "name",
        "Notes": "notes",
        "Company": "-",
        "E-mail": "-",
    }
    assert [row[:2] for row in said_of(answer, 1, 2)] == [
        ("+14155550126", "Grace Hopper"),
        ("+14155550123", "Ada Lovelace"),
        ("+14155550124", "Ada Lovelace"),
    ]
    page = answer.content.decode()
    assert "The first row names the columns" not in page
    assert book() == []


def test_faulty_cards_come_back_as_a_file_that_can_be_mended(admin_page: Client) -> None:
    nobody = "BEGIN:VCARD\nVERSION:3.0\nFN:Only Mail\nEMAIL:a@example.com\nEND:VCARD\n"
    nameless = "BEGIN:VCARD\nVERSION:3.0\nTEL:+14155550177\nEND:VCARD\n"
    twice = NEW.replace("Grace Hopper", "Another")
    answer = imported(admin_page, PATH, NEW + nobody + nameless + twice)
    assert figures_of(answer) == {"added": 1, "faulty": 3}
    assert faults_of(answer) == [
        "The number is missing.",
        "The name is missing.",
        "The number stands in line 1 already. Remove one of the two.",
    ]
    rows = csv_of(admin_page.get(f"/imports/{Import.objects.get().pk}/faulty-rows/"))
    rows[1][0], rows[2][1] = "+14155550178", "Mel"
    mended = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    assert figures_of(imported(admin_page, PATH, mended)) == {"added": 2, "changed": 1}
    assert [name for _address, name, _notes in book()] == ["Another", "Mel", "Only Mail"]


def test_bounds_hold_for_cards_too(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "ROWS_MOST", 7)
    answer = uploaded(admin_page, PATH, NEW * 9)
    assert errors_of(answer.context["form"])["text"][0].startswith("These are more than 7 rows.")


@pytest.mark.parametrize("path", ["/extensions/import/"])
def test_where_no_people_are_imported_cards_are_refused_in_words(admin_page: Client, path: str) -> None:
    answer: Any = uploaded(admin_page, path, NEW, name="x.vcf")
    assert answer.status_code == 422
    assert errors_of(answer.context["form"])["file"] == [
        "These are vCards, which contacts are imported from. Choose a CSV file."
    ]
    assert "vcf" not in admin_page.get(path).content.decode()


def test_page_offers_cards(admin_page: Client) -> None:
    page = admin_page.get(PATH).content.decode()
    assert ("CSV file or vCards" in page, ".vcf,.vcard" in page) == (True, True)


def test_file_whose_picture_is_large_is_read(admin_page: Client) -> None:
    picture = "PHOTO;ENCODING=b;TYPE=JPEG:" + "\n ".join(["A" * 74] * 50_000)
    card = IPHONE.replace("PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ==", picture)
    file = SimpleUploadedFile("one.vcf", card.encode(), "text/vcard")
    ((here, _status),) = admin_page.post(PATH, {"file": file}, follow=True).redirect_chain
    running.run_due()
    answer: Any = admin_page.get(here)
    assert [row[0] for row in said_of(answer, 1)] == ["+14155550123", "+14155550124"]


PLACEHOLDERS = [
    *(
        "unknown",
        "UNKNOWN",
        "TBD",
        "n/a",
        "N/A",
        "#N/A",
        "na",
        "-",
        "—",
        "–",
        "none",
        "None",
        "(none)",
        "null",
    ),
    *(
        "?",
        "...",
        "tba",
        "unbekannt",
        "k. A.",
        "n. d.",
        "inconnu",
        "desconocido",
        "неизвестно",
        "没有",
        "なし",
    ),
    *("0", "0000000", "xxx", "no number", "not available", "'-"),
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_what_stands_for_no_number_is_no_sender(admin_page: Client, text: str) -> None:
    """Not even where there is a contact of that name."""
    Contact.objects.create(address=text.strip("'"), name="Somebody")
    answer = imported(admin_page, PATH, f'Number,Name\n"{text}",Ada\n+14155550123,Ben\n')
    shown = text.strip("'")
    assert figures_of(answer) == {"added": 1, "faulty": 1}
    assert faults_of(answer) == [
        f"“{shown}” stands for no number. Enter the person’s number, or leave the row out."
    ]
    assert Contact.objects.get(address=shown).name == "Somebody"


def test_what_stands_for_no_number_costs_a_person_no_other_number(admin_page: Client) -> None:
    answer = imported(admin_page, PATH, "Mobile,Phone,Name\nn/a,+14155550123,Ada\n+14155550124,-,Ben\n")
    assert figures_of(answer) == {"added": 2}
    assert [address for address, _name, _notes in book()] == ["+14155550123", "+14155550124"]


@pytest.mark.parametrize("sender", ["ACME", "NoMore Ltd", "KA", "ND", "Nonesuch", "TBDress"])
def test_sender_who_texted_is_one_whatever_his_name_is_like(admin_page: Client, sender: str) -> None:
    Contact.objects.create(address=sender, name="Before")
    answer = imported(admin_page, PATH, f"Number,Name\n{sender},After\n")
    assert figures_of(answer) == {"changed": 1}
