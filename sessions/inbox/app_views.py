"""The inbox as an app on a device: its manifest, its service worker, and what it shows without a connection.

None of them holds anything personal, so that they are open to everybody and may be kept.
"""

import hashlib
import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

SHELL = (  # what the page without a connection is made of
    "assets/inbox.css",
    "assets/theme.js",
    "assets/offline.js",
    "img/icon-192.png",
)


@require_GET
@login_not_required
def manifest(request: HttpRequest) -> HttpResponse:
    sizes = {"img/icon-192.png": "192x192", "img/icon-512.png": "512x512"}
    icons = [{"src": static(path), "sizes": size, "type": "image/png"} for path, size in sizes.items()]
    maskable = {"src": static("img/icon-maskable.png"), "sizes": "512x512", "type": "image/png"}
    values = {
        "id": reverse("inbox"),
        "name": _("PBX Messaging"),
        "short_name": _("Messaging"),
        "start_url": reverse("inbox"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f8fb",
        "theme_color": "#066fd1",
        "icons": [*icons, maskable | {"purpose": "maskable"}],
    }
    return JsonResponse(values, content_type="application/manifest+json")


@require_GET
@login_not_required
def service_worker(request: HttpRequest) -> HttpResponse:
    """It lies at the root, which is its scope, and is another one as soon as a file of the shell is."""
    shell = [reverse("offline"), *(static(path) for path in SHELL)]
    what = "\n".join([*shell, render_to_string("sessions/inbox/offline.html")])
    version = hashlib.sha256(what.encode()).hexdigest()[:12]
    context = {"shell": json.dumps(shell), "version": version}
    response = render(request, "sessions/inbox/service_worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@login_not_required
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "sessions/inbox/offline.html")
