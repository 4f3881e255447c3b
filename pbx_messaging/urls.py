from django.urls import URLPattern, URLResolver, include, path

from pbx_messaging.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("", include("routing.urls")),
    path("", include("channels.urls")),
    path("", include("sessions.urls")),
    path("", include("sessions.ending.urls")),
    path("", include("stats.urls")),
    path("", include("api.urls")),
]
