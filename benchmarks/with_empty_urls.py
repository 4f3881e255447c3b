"""The product's URLs and a view that does nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    """200, and nothing else."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), path("", include("pbx_messaging.urls"))]
