"""`/metrics`, for whoever has the token; without one there is no such page."""

import secrets
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from health.metrics import figures
from pbx_messaging.metrics import files
from pbx_messaging.metrics.series import library

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Of all processes of the installation; 401 without the token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    is_known = secrets.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    if scheme.lower() != "bearer" or not is_known:
        return HttpResponse(
            "Send METRICS_TOKEN as a bearer token.",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse(_told(), content_type=CONTENT_TYPE)


def _told() -> bytes:
    prometheus = library()  # before the folder is held: this process may be new in it
    registry = prometheus.CollectorRegistry()
    registry.register(_Asked())
    with files.summed_up() as folder:
        registry.register(_Counted(str(folder)))
        told: bytes = prometheus.generate_latest(registry)
    return told


class _Asked:
    """What is asked of the database, Valkey and the checks now; a collector as the library wants it."""

    def __init__(self) -> None:
        self._family = import_module("prometheus_client.core").GaugeMetricFamily
        self._gauges = figures.gauges()

    def collect(self) -> Iterator[Any]:
        for gauge in self._gauges:
            family = self._family(gauge.name, gauge.says, labels=gauge.labels)
            for labels, value in gauge.rows:
                family.add_metric(labels, value)
            yield family


class _Counted:
    """What the processes have counted, with the channels' present names."""

    def __init__(self, folder: str) -> None:
        self._counted = import_module("prometheus_client.multiprocess").MultiProcessCollector(None, folder)

    def collect(self) -> Iterator[Any]:
        for family in self._counted.collect():
            family.samples = [self._named(sample) for sample in family.samples]
            yield family

    def _named(self, sample: Any) -> Any:
        if (channel_id := sample.labels.get("channel_id")) is None:
            return sample
        return sample._replace(labels={**sample.labels, "channel": figures.channel_name(channel_id)})
