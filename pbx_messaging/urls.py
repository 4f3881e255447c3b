from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("routing.urls")),
    path("", include("channels.urls")),
    path("", include("stats.urls")),
]
