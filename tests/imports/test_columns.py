"""What columns mean: exports of people's tools, headings in several languages, and what is asked about."""

import pytest
from django.test import Client

from sessions.models import Contact, ContactField
from tests.imports.doors import faults_of, figures_of, imported, meanings_of, started, uploaded

pytestmark = pytest.mark.django_db
PATH = "/contacts/import/"

GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,"
    "Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,"
    "Phone 2 - Label,Phone 2 - Value\n"
    "Ada,King,Lovelace,,Lady,,,Analytical,1815-12-10,Countess,https://x/p,* myContacts,* Work,a@example.com,"
    "Mobile,+1 415-555-0123 ::: +1 415-555-0124,Work,(415) 555-0125\n"
)
GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Phone 1 - Type,Phone 1 - Value,Organization 1 - Name\n"
    "Ada Lovelace,Ada,,Lovelace,,* myContacts,*,ada@example.com,Mobile,"
    "+14155550123 ::: +14155550124,Analytical\n"
)
OUTLOOK = (
    '"First Name","Middle Name","Last Name","Title","Suffix","E-mail Address","Home Phone","Business Phone",'
    '"Business Fax","Mobile Phone","Company","Business Street","Notes"\n'
    '"Zoë","","Müller","","","zoe@example.com","","+14155550125","+14155550199","+14155550123","Café",'
    '"Rue 1",""\n'
)
OUTLOOK_GERMAN = (
    "Anrede;Vorname;Weitere Vornamen;Nachname;Firma;Abteilung;Telefon geschäftlich;Mobiltelefon;"
    "E-Mail-Adresse;Notizen;Privat\n"
    ";Zoë;;Müller;Café;;+14155550125;+14155550123;zoe@example.com;Grüße;Falsch\n"
)
HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner,Lead Status,"
    "Create Date,Associated Company\n"
    "101,Ada,Lovelace,ada@example.com,+14155550123,+14155550124,Ben,New,2026-01-01,Analytical\n"
)


@pytest.mark.parametrize(
    ("content", "book"),
    [
        (
            GOOGLE.encode(),
            {f"+1415555012{digit}": "Ada King Lovelace" for digit in (3, 4, 5)},
        ),
        (GOOGLE_OLD.encode("utf-16"), {f"+1415555012{digit}": "Ada Lovelace" for digit in (3, 4)}),
        (OUTLOOK.encode("cp1252"), {f"+1415555012{digit}": "Zoë Müller" for digit in (3, 5)}),
        (OUTLOOK_GERMAN.encode("cp1252"), {f"+1415555012{digit}": "Zoë Müller" for digit in (3, 5)}),
        (HUBSPOT.encode(), {f"+1415555012{digit}": "Ada Lovelace" for digit in (3, 4)}),
        ("Prénom;Nom;Portable\nZoë;Müller;+14155550123\n".encode(), {"+14155550123": "Zoë Müller"}),
        ("Nombre;Apellidos;Teléfono móvil\nAna;Gil;+14155550123\n".encode(), {"+14155550123": "Ana Gil"}),
        ("Имя,Фамилия,Телефон\nАда,Л,+14155550123\n".encode(), {"+14155550123": "Ада Л"}),
        ("姓名,手机\n王芳,+14155550123\n".encode(), {"+14155550123": "王芳"}),
        ("الاسم,رقم الجوال\nليلى,+14155550123\n".encode(), {"+14155550123": "ليلى"}),
    ],
    ids=[
        *("google", "google-old", "outlook", "outlook-german", "hubspot"),
        *("french", "spanish", "russian", "chinese", "arabic"),
    ],
)
def test_export_of_a_tool_is_understood_without_a_question(
    admin_page: Client, content: bytes, book: dict[str, str]
) -> None:
    answer = uploaded(admin_page, PATH, content)
    assert answer.context["form"].open_count == 0
    result = started(admin_page, answer)
    assert (figures_of(result), faults_of(result)) == ({"added": len(book)}, [])
    assert dict(Contact.objects.values_list("address", "name")) == book


def test_unknown_heading_is_asked_about_and_never_guessed(admin_page: Client) -> None:
    """What is a person's name under "Contact" is no number."""
    text = "Contact,Phone,Loyalty,Empty\nAda Lovelace,+14155550123,Gold,\nBen,+14155550124,,\n"
    answer = uploaded(admin_page, PATH, text)
    assert meanings_of(answer) == {"Contact": "", "Phone": "number", "Loyalty": ""}
    assert answer.context["form"].empty == ["Empty"]
    refused = started(admin_page, answer)
    assert refused.status_code == 422
    assert {one.heading: list(one.field.errors) for one in refused.context["form"].asked} == {
        "Contact": ["Choose what this column is, or leave it out."],
        "Phone": [],
        "Loyalty": ["Choose what this column is, or leave it out."],
    }
    assert Contact.objects.count() == 0
    result = started(admin_page, refused, {"Contact": "name", "Loyalty": "-"})
    assert figures_of(result) == {"added": 2}
    assert list(Contact.objects.order_by("name").values_list("name", flat=True)) == ["Ada Lovelace", "Ben"]


def test_all_open_columns_are_left_out_at_once(admin_page: Client) -> None:
    answer = uploaded(admin_page, PATH, "Name,Phone,A,B\nAda,+14155550123,x,y\n")
    assert answer.context["form"].open_count == 2
    here = f"/imports/{answer.context['import'].pk}/"
    values = {"has_headings": "on", "column_0": "name", "column_1": "number", "rest": "1"}
    left = admin_page.post(here, values, headers={"HX-Request": "true"})
    assert meanings_of(left) == {"Name": "name", "Phone": "number", "A": "-", "B": "-"}


def test_column_that_can_be_one_only_is_chosen_once(admin_page: Client) -> None:
    answer = uploaded(admin_page, PATH, "Name,Full name,Phone\nAda,Ada L.,+14155550123\n")
    assert meanings_of(answer) == {"Name": "name", "Full name": "", "Phone": "number"}
    twice = started(admin_page, answer, {"Full name": "name"})
    assert list(twice.context["form"].non_field_errors()) == [
        "Several columns are “Name”. Choose one of them, and leave the others out."
    ]


def test_own_fields_are_known_by_their_names_and_kinds(admin_page: Client) -> None:
    """A field of one's own comes before all that a heading could mean otherwise."""
    mail = ContactField.objects.create(name="Office mail", key="office mail", kind="email")
    mobile = ContactField.objects.create(name="Mobile", key="mobile")
    answer = uploaded(
        admin_page, PATH, "Name,Phone,Mobile,E-mail 1 - Value\nAda,+14155550123,Pixel,a@example.com\n"
    )
    assert meanings_of(answer) == {
        "Name": "name",
        "Phone": "number",
        "Mobile": f"field_{mobile.pk}",
        "E-mail 1 - Value": f"field_{mail.pk}",
    }
    started(admin_page, answer)
    contact = Contact.objects.get()
    assert dict(contact.field_values.values_list("field__name", "value")) == {
        "Mobile": "Pixel",
        "Office mail": "a@example.com",
    }


def test_one_bad_number_of_several_costs_the_others_nothing(admin_page: Client) -> None:
    text = "Name,Home phone,Mobile\nAda,ask Cleo,+14155550123\nBen,,+14155550124 ::: Brighton\nCleo,,\n"
    result = imported(admin_page, PATH, text)
    assert figures_of(result) == {"added": 2, "faulty": 3}
    assert faults_of(result) == [
        "“ask Cleo” is no phone number, and nobody of this name has texted you.",
        "“Brighton” is no phone number, and nobody of this name has texted you.",
        "The number is missing.",
    ]
