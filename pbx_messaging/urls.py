from django.urls import URLPattern, URLResolver, include, path

from health.home.views import home
from health.ready_views import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", home, name="home"),
    path("", include("accounts.urls")),
    path("imports/", include("imports.urls")),
    path("", include("routing.urls")),
    path("", include("channels.urls")),
    path("", include("sessions.urls")),
    path("", include("sessions.ending.urls")),
    path("", include("stats.urls")),
    path("system/", include("health.urls")),
    path("", include("api.urls")),
]
