"""What people glue together: twilio's validator and one get_or_create."""

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from benchmarks.glue.models import Text
from benchmarks.texts import AUTH_TOKEN


@csrf_exempt
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """Stores a text once."""
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(AUTH_TOKEN)
    if not validator.validate(request.build_absolute_uri(), request.POST, signature):
        return HttpResponseForbidden()
    fields = {"sender": request.POST["From"], "recipient": request.POST["To"], "body": request.POST["Body"]}
    Text.objects.get_or_create(sid=request.POST["MessageSid"], defaults=fields)
    return HttpResponse("<Response/>", content_type="text/xml")


def healthz(request: HttpRequest) -> HttpResponse:
    """200 once it runs."""
    return HttpResponse("ok")


urlpatterns = [path("sms/", sms), path("healthz", healthz)]
