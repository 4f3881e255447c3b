from django.urls import URLPattern, URLResolver, include, path

from health.home.views import home
from health.metrics.views import metrics
from health.ready_views import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("", home, name="home"),
    path("", include("accounts.urls")),
    path("imports/", include("imports.urls")),
    path("", include("routing.urls")),
    path("", include("channels.urls")),
    path("", include("sessions.urls")),
    path("", include("sessions.ending.urls")),
    path("", include("stats.urls")),
    path("system/", include("health.urls")),
    path("system/", include("upkeep.urls")),
    path("", include("retention.urls")),
    path("", include("api.urls")),
]
handler404 = "pbx_messaging.error_pages.not_found"
handler500 = "pbx_messaging.error_pages.failed"
