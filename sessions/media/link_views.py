"""The files that agents send, for the ITSP to fetch."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sessions.media.content_types import suffix_of
from sessions.media.links import attachment_of


@require_safe
@login_not_required
def outbound_media(request: HttpRequest, token: str) -> HttpResponse:
    """Exactly the type that was found in the content; a 404 without a token of ours that still holds."""
    attachment = attachment_of(token)
    if attachment is None:
        raise Http404
    try:
        with attachment.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type=attachment.content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"file-{attachment.position + 1}{suffix_of(attachment.content_type)}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
