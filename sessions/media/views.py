"""The files that contacts sent."""

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from routing.access import ViewerRequest, member_required
from sessions.media.previews import preview_of
from sessions.models import Attachment
from sessions.queries import readable_by


@require_GET
@member_required
def attachment(request: ViewerRequest, pk: int) -> HttpResponseBase:
    """A stored file; only what can run nothing is shown in the page, the rest is downloaded."""
    visible = Attachment.objects.filter(message__session__in=readable_by(request.user, request.agent))
    found = get_object_or_404(visible, pk=pk, state=Attachment.State.STORED)
    inline = bool(preview_of(found.content_type))
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=not inline,
        filename=found.name or "",
        content_type=found.content_type if inline else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400"
    return response
