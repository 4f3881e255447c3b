"""The databases of the settings: what is said to SQLite and to PostgreSQL, and who reads from a replica."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from logging import getLogger
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpResponseBase

from pbx_messaging import environment

logger = getLogger(__name__)

REPLICA = "replica"
VARIABLES = {"default": "DATABASE_URL", REPLICA: "DATABASE_REPLICA_URL"}
SQLITE = "django.db.backends.sqlite3"
Given = ParamSpec("Given")
Response = TypeVar("Response", bound=HttpResponseBase)


def of_urls(
    url: str, replica_url: str, *, lock_timeout_s: int, kept_s: int, connect_timeout_s: int, is_pooled: bool
) -> dict[str, dict[str, Any]]:
    """DATABASES. `is_pooled`: a pooler such as PgBouncer gives a session to another client meanwhile."""
    urls = {"default": url} | ({REPLICA: replica_url} if replica_url else {})
    found = {name: environment.database(VARIABLES[name], each) for name, each in urls.items()}
    for database in found.values():
        if database["ENGINE"] == SQLITE:
            database["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": lock_timeout_s,
                "init_command": (  # what is deleted is overwritten, so that nobody reads it off the disk
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA secure_delete=ON;"
                ),
            }
            continue
        database["CONN_MAX_AGE"] = kept_s
        database["CONN_HEALTH_CHECKS"] = True
        # The server's own cursors live in a session; without them a long list is read at once.
        database["DISABLE_SERVER_SIDE_CURSORS"] = is_pooled
        # Beside what the URL says, such as ?sslmode=require
        database.setdefault("OPTIONS", {}).setdefault("connect_timeout", connect_timeout_s)
    return found


# --- Connections say whose they are ---------------------------------------------------------------
def name_connections(process: str, *, statement_s: float | None = None) -> None:
    """Of this process, all that it opens from now on: `pg_stat_activity` shows the name.

    `statement_s`: how long a statement may take. Behind a pooler it is left to the role, since the next
    client would inherit it.
    """

    def said_to(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
        if connection.vendor != "postgresql":
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [f"pbx {process}"])
            if statement_s is not None and not connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
                cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{statement_s}s"])

    connection_created.connect(said_to, weak=False, dispatch_uid="name_connections")


# --- The replica ----------------------------------------------------------------------------------
_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)


class ReplicaRouter:
    """Reads go to the replica within `reads_replica`; all else goes to the database itself."""

    def db_for_read(self, _model: object, **_hints: object) -> str | None:
        return REPLICA if _reads_replica.get() else None

    def db_for_write(self, _model: object, **_hints: object) -> str:
        return "default"

    def allow_relation(self, _one: object, _other: object, **_hints: object) -> bool:
        return True

    def allow_migrate(self, database: str, _app: str, **_hints: object) -> bool:
        return database == "default"


def reads_replica(view: Callable[Given, Response]) -> Callable[Given, Response]:
    """Of a view that only reads, and much. Without a replica, or while it is away, it reads as all others.

    It stands below what asks whether one may: that must not depend on how far the replica has got.
    """

    @wraps(view)
    def answer(*args: Given.args, **options: Given.kwargs) -> Response:
        if not _replica_is_there():
            return view(*args, **options)
        with _from_replica():
            response = view(*args, **options)
        if response.streaming:
            response.streaming_content = _pieces(response.streaming_content)  # type: ignore[attr-defined]
        return response

    return answer


def _replica_is_there() -> bool:
    if REPLICA not in settings.DATABASES:
        return False
    try:
        connections[REPLICA].ensure_connection()
    except OperationalError as error:
        logger.warning("the replica is away, the database itself is read: %s", type(error).__name__)
        return False
    return True


@contextmanager
def _from_replica() -> Iterator[None]:
    token = _reads_replica.set(True)
    try:
        yield
    finally:
        _reads_replica.reset(token)


def _pieces(made: Iterator[bytes]) -> Iterator[bytes]:
    """A streamed answer is made after the view has returned."""
    pieces = iter(made)
    while True:
        with _from_replica():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
