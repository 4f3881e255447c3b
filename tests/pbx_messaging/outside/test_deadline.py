"""Calls to outsiders end in total time, however slowly they are answered."""

import smtplib
import socket
import ssl
import subprocess
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from django.core.mail import EmailMessage

from pbx_messaging.outside import addresses, deadline, http, mail, sockets
from pbx_messaging.queues import QUEUES, SENDER
from tests.pbx_messaging.outside.hanging import at_most, hanging
from tests.servers import ROOT

pytestmark = pytest.mark.once

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx"
LIMIT_S, LATEST_S = 0.8, 2.5


def limited() -> AbstractContextManager[deadline.Limit]:
    return deadline.within(LIMIT_S)


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nX: y", HEAD], ids=["hangs", "head", "body"])
def test_http_that_hangs_or_drips_ends_in_time(drip: bytes) -> None:
    ends = pytest.raises(requests.RequestException)
    with hanging(drip) as outsider, http.session() as client, at_most(LATEST_S), limited(), ends:
        _ = client.get(outsider.url).content


@pytest.mark.parametrize("drip", [b"", b"\x16\x03\x03\x40\x00"], ids=["hangs", "drips"])
def test_handshake_that_hangs_or_drips_ends_in_time(drip: bytes) -> None:
    ends = pytest.raises(requests.RequestException)
    with hanging(drip) as outsider, http.session() as client, at_most(LATEST_S), limited(), ends:
        client.get(f"https://127.0.0.1:{outsider.port}/")


@pytest.mark.parametrize("drip", [b"", b"220 hello\r\n250-", b"220 a"], ids=["hangs", "after hello", "drips"])
@pytest.mark.parametrize("use_ssl", [False, True])
def test_mail_server_that_hangs_or_drips_ends_in_time(settings: Any, drip: bytes, use_ssl: bool) -> None:
    settings.EMAIL_TOTAL_S = LIMIT_S
    message = EmailMessage("Subject", "Text", "us@example.com", ["you@example.com"])
    with hanging(drip) as outsider, at_most(LATEST_S):
        backend = mail.EmailBackend(host="127.0.0.1", port=outsider.port, use_ssl=use_ssl)
        with pytest.raises((OSError, smtplib.SMTPException)):
            backend.send_messages([message])


def test_name_that_nobody_resolves_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging() as outsider:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a: outsider._ended.wait(5) or [])
        with at_most(LATEST_S), deadline.within(LIMIT_S), pytest.raises(TimeoutError):
            sockets.connect("media.example", 443)


@pytest.mark.long
def test_connection_that_is_used_again_gets_the_next_calls_time() -> None:
    with hanging(b"HTTP/1.1 204 No Content\r\n\r\n") as outsider, http.session() as client:
        with deadline.within(20):
            assert client.get(outsider.url).status_code == 204
        with at_most(LATEST_S), deadline.within(LIMIT_S), pytest.raises(requests.RequestException):
            client.get(outsider.url)


def test_limit_around_a_call_holds_as_well() -> None:
    with deadline.within(5), deadline.within(100):
        left = deadline.left_s()
    assert left is not None
    assert left <= 5
    assert deadline.left_s() is None


@pytest.mark.parametrize("name", [name for name, queue in QUEUES.items() if queue == SENDER])
def test_task_of_the_senders_queue_asks_no_outsider(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "current_task", SimpleNamespace(name=name))
    with pytest.raises(deadline.NotOnThisQueue), deadline.within(1):
        pass


def test_what_opens_connections_of_its_own_is_known() -> None:
    """Who asks an outsider goes by `outside`; what can open connections is named by these only."""
    words = r"^ *(import|from) (requests|urllib3|smtplib|http\.client|urllib\.request|socket|twilio)\b"
    folders = [
        "accounts",
        "api",
        "channels",
        "health",
        "pbx_messaging",
        "routing",
        "sessions",
        "stats",
        "upkeep",
    ]
    command = ["grep", "-rlE", words, "--include=*.py", *folders]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.split()
    ours = [name for name in found if not name.startswith(("channels/itsp/", "pbx_messaging/outside/"))]
    assert sorted(ours) == [
        "channels/set_up/public_address.py",  # for the names of errors
        "health/alarms/addresses.py",  # over `outside.http`; and for the names of errors
        "health/alarms/dead_man.py",
        "health/alarms/roads.py",
        "pbx_messaging/doors/paced_socket.py",  # of whoever calls us
        "pbx_messaging/embedded/installation.py",  # asks its own processes
        "pbx_messaging/embedded/nursery.py",  # is told by its supervisor
        "pbx_messaging/embedded/nursery_child.py",  # tells the nursery
        "pbx_messaging/embedded/stand_in.py",  # asks the stand-in for Twilio of a demo
        "pbx_messaging/processes/healthy.py",  # asks its own process, for a container
        "pbx_messaging/processes/ports.py",  # listens
        "sessions/push/pushing.py",  # for the names of errors
    ]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::1", False),
        ("localhost", False),
    ],
)
def test_address_is_public_or_our_own_networks(address: str, public: bool) -> None:
    assert addresses.is_public(address) == public


def test_name_that_leads_into_our_own_network_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging() as outsider:
        found = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", outsider.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a: found)
        with http.session(public_only=True) as client, pytest.raises(sockets.ForbiddenAddress):
            client.get(f"http://media.example:{outsider.port}/")
        assert outsider.connections == []


def test_certificates_are_verified() -> None:
    context = http.BoundedAdapter().poolmanager.connection_pool_kw["ssl_context"]
    assert context.sslsocket_class is sockets.BoundedSslSocket
    assert mail.EmailBackend(use_ssl=True).ssl_context.verify_mode is ssl.CERT_REQUIRED
