"""gunicorn's log, in our form: a line for each request, without what its address may give away."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger

from pbx_messaging.logs import request_ids
from pbx_messaging.logs.scrubbing import scrubbed_path
from pbx_messaging.reporting import traces


class AccessLogger(Logger):  # type: ignore[misc]
    """gunicorn makes one for each server."""

    def setup(self, cfg: Any) -> None:
        """Its own handlers have no part in it."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True

    def _compute_access_log_enabled(self) -> bool:
        return bool(settings.ACCESS_LOG or settings.OTLP_URL)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Within the request's context, so the line has its id."""
        if not self.access_log_enabled:
            return
        status = resp.status if isinstance(resp.status, int) else int(str(resp.status).partition(" ")[0])
        facts = {
            "method": environ["REQUEST_METHOD"],
            "path": scrubbed_path(environ["RAW_URI"]),
            "status": status,
            "ms": round(request_time.seconds * 1000 + request_time.microseconds / 1000, 1),
            "bytes": getattr(resp, "sent", None),
        }
        if settings.ACCESS_LOG:
            self.access_log.info("answered", extra={"facts": facts})
        if traces.is_on():
            _trace(facts)


def _trace(facts: dict[str, Any]) -> None:
    """The first span of the request's trace."""
    ended_ns = time.time_ns()
    began_ns = ended_ns - int(facts["ms"] * 1_000_000)
    name = f"{facts['method']} {facts['path']}"
    of = request_ids.current()
    traces.note(name, of=of, began_ns=began_ns, ended_ns=ended_ns, is_root=True, status=facts["status"])
