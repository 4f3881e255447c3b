"""`requests` over our bounded connections."""

import socket
import sys
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from pbx_messaging.outside.addresses import is_public
from pbx_messaging.outside.sockets import BoundedSocket, bounded, connect


class _Connection(HTTPConnection):
    public_only: ClassVar[bool] = False

    def _new_conn(self) -> BoundedSocket:
        """As urllib3's own, whose errors say whether anything can have been sent."""
        may = is_public if self.public_only else None
        try:
            made = connect(self._dns_host, self.port, may=may, options=self.socket_options or ())
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out.") from error
        except OSError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error
        sys.audit("http.client.connect", self, self.host, self.port)
        return made


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _PublicConnection(_Connection):
    public_only = True


class _PublicSecureConnection(_SecureConnection):
    public_only = True


def _pools(plain: type[Any], secure: type[Any]) -> dict[str, type[HTTPConnectionPool]]:
    return {
        "http": type("BoundedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("BoundedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class BoundedAdapter(HTTPAdapter):
    """For `requests` sessions. To be used within `deadline.within`."""

    pools = _pools(_Connection, _SecureConnection)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=bounded(create_urllib3_context()))
        self.poolmanager.pool_classes_by_scheme = self.pools


class PublicAdapter(BoundedAdapter):
    """Connects to the public internet only, whatever a name leads to."""

    pools = _pools(_PublicConnection, _PublicSecureConnection)


def session(*, public_only: bool = False) -> requests.Session:
    """A session of bounded connections that heeds neither proxies nor passwords of the environment."""
    made = requests.Session()
    made.trust_env = False
    adapter = PublicAdapter() if public_only else BoundedAdapter()
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made
