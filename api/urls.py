from django.urls import URLPattern, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from api.openapi import docs, openapi_json
from api.views import answering, api, nothing_here

# Without ninja's own page at the root, and without its namespace: names are as those of all other pages.
OPERATIONS = [found for found in api.urls[0] if isinstance(found, URLPattern) and found.name != "api-root"]
for operation in OPERATIONS:
    operation.callback = answering(operation.callback)

urlpatterns = [
    path("api/v1/openapi.json", openapi_json, name="api-openapi"),
    path("api/v1/docs", docs, name="api-docs"),
    path("api/v1/", include(OPERATIONS)),
    re_path(r"^api/(?P<path>[\s\S]*)\Z", csrf_exempt(answering(nothing_here)), name="api-nothing"),
]
