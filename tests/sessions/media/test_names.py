"""What files are called that strangers send."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.itsp.file_names import told_name
from sessions.media.content_types import SUFFIXES, UNKNOWN_SUFFIX
from sessions.media.names import MOST, OTHER_SUFFIXES, SUFFIXES_OF_TEXTS, safe, true_name
from sessions.media.signatures import UNKNOWN

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('inline; filename="Invoice 12.pdf"', "Invoice 12.pdf"),
        ("attachment; filename=plain.amr", "plain.amr"),
        ("attachment; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf", "Rechnung März.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=utf-8'de'%E2%82%AC.pdf", "€.pdf"),
        ("attachment; filename*=ISO-8859-1''Zo%EB.vcf; filename=zoe.vcf", "Zoë.vcf"),
        ("attachment; filename*=nonsense''x.pdf; filename=plain.pdf", "plain.pdf"),
        ('attachment; filename="M\xc3\xa4rz.pdf"', "März.pdf"),  # UTF-8, which headers are not read as
        ('attachment; filename="M\xe4rz.pdf"', "März.pdf"),
        ('attachment; filename="a\\"b.txt"', 'a"b.txt'),
        ("attachment; filename*=undefined''x.pdf; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename*=hex''41; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename*=idna''xn--", ""),
        ("inline", ""),
        ("", ""),
        ("attachment; filename=", ""),
        (";;;=", ""),
    ],
)
def test_name_is_read_from_the_header(header: str, name: str) -> None:
    assert told_name(header) == name


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=80))
def test_any_header_is_read(header: str) -> None:
    assert isinstance(told_name(header), str)
    assert isinstance(told_name(f"attachment; filename*={header}"), str)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\a\b.pdf", "b.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\0b\r\nc\t.txt", "abc.txt"),
        ("\u200b\u2066x\u2069.pdf", "x.pdf"),
        ('CON<>:|?*".pdf', "CON_______.pdf"),
        ("  two   blanks .pdf", "two blanks .pdf"),
        (".htaccess", "htaccess"),
        ("...", ""),
        ("x" * 300 + ".pdf", "x" * (MOST - 4) + ".pdf"),
        ("Grüße 🎉.pdf", "Grüße 🎉.pdf"),
    ],
)
def test_name_is_made_safe(told: str, name: str) -> None:
    assert safe(told) == name


@given(st.text(max_size=400))
def test_any_name_is_safe_and_stays_so(told: str) -> None:
    name = safe(told)
    assert len(name) <= MOST
    assert not set(name) & set('/\\<>:"|?*\0\r\n')
    assert not {unicodedata.category(one) for one in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not name.startswith(".")
    assert safe(name) == name


@pytest.mark.parametrize(
    ("name", "kind", "said", "shown"),
    [
        ("a.pdf", "application/pdf", "", "a.pdf"),
        ("IMG.JPEG", "image/jpeg", "", "IMG.JPEG"),
        ("a.pdf", "image/png", "", "a.pdf.png"),
        ("invoice.html", "application/pdf", "", "invoice.html.pdf"),
        ("page.html", UNKNOWN, "text/html", "page.html.bin"),
        ("setup.exe", UNKNOWN, "application/pdf", "setup.exe.pdf"),
        ("ticket", UNKNOWN, "application/vnd.apple.pkpass", "ticket.pkpass"),
        ("ticket.pdf", UNKNOWN, "", "ticket.pdf"),
        ("", UNKNOWN, "audio/amr", "File.amr"),
        ("", UNKNOWN, "", ""),
        ("", "image/png", "image/jpeg", ""),
        ("voice.m4a", "video/mp4", "", "voice.m4a"),  # they are one format
        ("list.csv", "text/plain", "", "list.csv"),
        ("run.bat", "text/plain", "", "run.bat.txt"),
        ("app.apk", "application/zip", "", "app.apk.zip"),
        ("letter.docx", "application/zip", "", "letter.docx"),
        ("noend", "audio/amr", "", "noend.amr"),
    ],
)
def test_name_ends_as_the_file_is(name: str, kind: str, said: str, shown: str) -> None:
    assert true_name(name, kind, SUFFIXES.get(said, "") and said) == shown


@given(st.text(max_size=300), st.sampled_from([UNKNOWN, *SUFFIXES]), st.sampled_from(["", *SUFFIXES]))
def test_no_name_ends_like_something_that_runs(told: str, kind: str, said: str) -> None:
    name = true_name(safe(told), kind, said)
    assert len(name) <= MOST
    known = (*SUFFIXES.values(), UNKNOWN_SUFFIX, *OTHER_SUFFIXES, *SUFFIXES_OF_TEXTS)
    assert name == "" or name.lower().endswith(known)
    assert not {".exe", ".html", ".svg", ".js", ".bat", ".lnk", ".xml", ".hta"} & set(known)
