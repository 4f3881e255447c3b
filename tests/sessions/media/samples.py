"""Files as phones and programs make them, as far as their type goes, and what each is."""

import io
import struct
import zipfile
from itertools import chain

UNKNOWN = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"


def iso(major: str, *others: str) -> bytes:
    """The first box of a file of the ISO base media format, with its brands."""
    brands = major.encode() + b"\0\0\2\0" + "".join(others).encode()
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + b"\0\0\0\x08free" + b"\0" * 32


def zipped(*names: str, mimetype: str = "", filler: int = 0) -> bytes:
    """`filler`: bytes that stand before those names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        if mimetype:
            file.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        if filler:
            file.writestr(zipfile.ZipInfo("media/a.bin"), b"\x01" * filler)
        for name in names:
            file.writestr(name, "<x/>" * 20)
    return made.getvalue()


def ole(*streams: str, clsid: str = "") -> bytes:
    """A compound file: its header, and its directory in the third sector."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    head[30:32], head[48:52] = struct.pack("<H", 9), struct.pack("<I", 2)
    entries = [_entry("Root Entry", bytes.fromhex(clsid)), *(_entry(name) for name in streams)]
    return bytes(head) + b"\xff" * 1024 + b"".join(entries).ljust(1024, b"\0")


def _entry(name: str, clsid: bytes = b"") -> bytes:
    return name.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 16 + clsid.ljust(48, b"\0")


def bmp(header: int = 40) -> bytes:
    return b"BM" + struct.pack("<IHHII", 1078, 0, 0, 54, header) + b"\0" * header


def matroska(kind: str, codec: str) -> bytes:
    return (
        b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\x82"
        + bytes([0x80 + len(kind)])
        + kind.encode()
        + codec.encode()
    )


def ogg(codec: bytes) -> bytes:
    return b"OggS\0\2" + b"\0" * 20 + b"\1\x1e" + codec + b"\0" * 20


CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTEL:+14155550123\r\nEND:VCARD\r\n"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def _written(text: str) -> list[bytes]:
    """One text as many programs write it."""
    low = text.lower()
    return [
        *(one.encode() for one in (text, low, text.title(), text.replace("\r\n", "\n"))),
        *((before + text).encode() for before in ("\ufeff", "\r\n\r\n", "  \n", "\ufeff\n", "\u200b", "\0")),
        *(text.encode(encoding) for encoding in ("utf-16", "utf-16-le", "utf-16-be")),
        b"\xfe\xff" + text.encode("utf-16-be"),
    ]


KNOWN: list[tuple[str, bytes]] = [
    *(
        ("image/jpeg", b"\xff\xd8\xff" + rest)
        for rest in (b"\xe0\0\x10JFIF\0", b"\xe1\1\0Exif\0", b"\xdb\0C\0")
    ),
    ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("image/gif", b"GIF87a\1\0\1\0\x80"),
    ("image/gif", b"GIF89a\1\0\1\0\x80"),
    ("image/webp", b"RIFF\x20\0\0\0WEBPVP8L"),
    *(("image/bmp", bmp(header)) for header in (12, 40, 108, 124)),
    *(("image/tiff", begin) for begin in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08")),
    *(("image/tiff", begin) for begin in (b"II+\0\x08\0\0\0\x10", b"MM\0+\0\x08\0\0\0")),  # BigTIFF
    *(
        ("image/avif", iso(*brands))
        for brands in (("avif", "mif1"), ("avis", "msf1"), ("mif1", "avif", "miaf"))
    ),
    *(
        ("image/heic", iso(major, "mif1"))
        for major in ("heic", "heix", "hevc", "hevx", "heim", "heis", "hevm")
    ),
    *(("image/heic", iso(*brands)) for brands in (("mif1", "heic"), ("msf1", "hevc"), ("mif1",))),
    ("audio/amr", b"#!AMR\n\x3c\x91\x17"),
    ("audio/amr", b"#!AMR_MC1.0\n\0\0\0\2"),
    ("audio/amr-wb", b"#!AMR-WB\n\x24\x10"),
    *(("video/3gpp", iso(brand, "isom")) for brand in ("3gp4", "3gp5", "3gp6", "3ge6", "3gs7")),
    *(("video/3gpp2", iso(brand)) for brand in ("3g2a", "3g2b", "3g2c")),
    *(
        ("video/mp4", iso(brand))
        for brand in ("mp41", "mp42", "isom", "iso5", "avc1", "M4V ", "MSNV", "dash")
    ),
    ("video/quicktime", iso("qt  ")),
    *(("video/quicktime", b"\0\0\0\x08" + box + b"\0\0\2\0mdat") for box in (b"wide", b"moov", b"mdat")),
    *(("audio/mp4", iso(brand, "mp42")) for brand in ("M4A ", "M4B ", "F4A ")),
    *(("audio/mpeg", b"ID3" + bytes([version, 0, 0, 0, 0, 0, 10])) for version in (2, 3, 4)),
    *(
        ("audio/mpeg", b"\xff" + second + b"\x90\x64")
        for second in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3")
    ),
    *(("audio/aac", b"\xff" + second + b"\x50\x80\1\x3f") for second in (b"\xf1", b"\xf9", b"\xf0", b"\xf8")),
    ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"),
    ("audio/qcelp", b"RIFF\x24\0\0\0QLCMfmt "),
    ("audio/flac", b"fLaC\0\0\0\x22\x10\0"),
    ("audio/midi", b"MThd\0\0\0\6\0\1"),
    ("audio/aiff", b"FORM\0\0\0\x20AIFFCOMM"),
    *(("audio/ogg", ogg(codec)) for codec in (b"OpusHead", b"\1vorbis", b"Speex   ")),
    ("video/ogg", ogg(b"\x80theora")),
    ("video/webm", matroska("webm", "V_VP9A_OPUS")),
    ("audio/webm", matroska("webm", "A_OPUS")),
    ("video/x-matroska", matroska("matroska", "V_MPEG4")),
    ("video/x-msvideo", b"RIFF\x20\0\0\0AVI LIST\0\0"),
    ("video/mpeg", b"\0\0\1\xba\x44\0\4\0"),
    ("video/x-flv", b"FLV\1\5\0\0\0\x09"),
    ("video/x-ms-asf", bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + b"\0" * 8),
    ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
    ("application/pdf", b"\r\n\r\n%PDF-1.4\n%\xe2"),
    ("application/pdf", b"@PJL SET COPIES=1\r\n" * 20 + b"%PDF-1.4\n"),
    (
        f"{OFFICE}.wordprocessingml.document",
        zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    ),
    (
        f"{OFFICE}.wordprocessingml.document",
        zipped("word/document.xml", "[Content_Types].xml", filler=300_000),
    ),
    (f"{OFFICE}.spreadsheetml.sheet", zipped("_rels/.rels", "docProps/app.xml", "xl/workbook.xml")),
    (f"{OFFICE}.presentationml.presentation", zipped("[Content_Types].xml", "ppt/presentation.xml")),
    *(
        (f"{OPEN}.{kind}", zipped("content.xml", mimetype=f"{OPEN}.{kind}"))
        for kind in ("text", "spreadsheet", "presentation")
    ),
    ("application/epub+zip", zipped("META-INF/container.xml", mimetype="application/epub+zip")),
    *(
        ("application/zip", one)
        for one in (zipped("a.txt"), zipped(), zipped("words/a", "excel/b"), zipped("word/a"))
    ),
    ("application/zip", zipped("content.xml", mimetype=f"{OPEN}.text-template")),
    ("application/msword", ole("WordDocument", "1Table")),
    ("application/msword", ole("Data", clsid="0609020000000000c000000000000046")),
    ("application/vnd.ms-excel", ole("Workbook")),
    (
        "application/vnd.ms-excel",
        ole("WordDocument", clsid="2008020000000000c000000000000046"),
    ),  # one lies in it
    ("application/vnd.ms-powerpoint", ole("Current User", "PowerPoint Document")),
    ("application/vnd.ms-outlook", ole("__nameid_version1.0", "__substg1.0_0037001F")),
    ("application/rtf", b"{\\rtf1\\ansi\\deff0 Hello}"),
    ("application/gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\3"),
    ("application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c\0\4"),
    *(("application/vnd.rar", b"Rar!\x1a\7" + rest) for rest in (b"\0\xcf\x90", b"\1\0\x33")),
    ("application/x-tar", b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 247),
    *(("text/vcard", one) for one in _written(CARD)),
    *(("text/calendar", one) for one in _written(CALENDAR)),
    *(
        ("text/plain", one)
        for one in (b"Hello, how are you?\n", b"a;b\r\n1;2\r\n", b'{"a": 1}', "Grüße".encode())
    ),
    *(
        ("text/plain", one)
        for one in ("Viele Grüße, Jürgen".encode("cp1252"), "Γειά".encode("utf-16"), b"#!/bin/sh\n")
    ),
    *(
        ("text/plain", one)
        for one in (b"BMW for sale", b"ID3 is a tag", b"PK is a place", b"1 < 2", b"a <script>")
    ),
    ("text/plain", "п".encode() * 40_000),  # cut within a character
]

# What could run in a browser, or on a computer, or is nothing that we know.
NAMELESS: list[bytes] = [
    b"<!DOCTYPE html><html><script>alert(1)</script>",
    b"  \r\n<HTML><body onload=alert(1)>",
    b"<!-- a comment --><script>alert(1)</script>",
    b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    "\ufeff<script>alert(1)</script>".encode("utf-16-le"),
    "<html>".encode("utf-16-be"),
    b"</textarea><script>",
    b"<html>%PDF-1.4",
    b"<smil><head/></smil>",
    b"MZ\x90\0\3\0\0\0",
    b"\x7fELF\2\1\1\0",
    b"\xca\xfe\xba\xbe\0\0\0\x34",
    b"\0" * 100,
    b"",
    iso("crx "),
    ole("MsiSummary"),
]

EVERY = list(chain((content for _kind, content in KNOWN), NAMELESS))
