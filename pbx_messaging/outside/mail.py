"""Django's SMTP backend, bounded in total time."""

import smtplib
import ssl
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.utils.functional import cached_property

from pbx_messaging.outside.deadline import within
from pbx_messaging.outside.sockets import BoundedSocket, bounded, connect


class _Smtp(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: Any) -> BoundedSocket:
        return connect(host, port)


class _SmtpOverTls(smtplib.SMTP_SSL):
    context: ssl.SSLContext

    def _get_socket(self, host: str, port: int, timeout: Any) -> ssl.SSLSocket:
        return self.context.wrap_socket(connect(host, port), server_hostname=host)


class EmailBackend(smtp.EmailBackend):
    """A server that hangs, or sends a byte a second, is left after `EMAIL_TOTAL_S`."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpOverTls if self.use_ssl else _Smtp

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        return bounded(super().ssl_context)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with within(settings.EMAIL_TOTAL_S):
            return super().send_messages(email_messages) or 0
