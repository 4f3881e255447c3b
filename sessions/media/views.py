"""Hands attachments out: to those who may read their session, and to the ITSP by a signed link."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from routing.access import ViewerRequest, member_required
from sessions.media.content_types import suffix_of
from sessions.media.links import attachment_of
from sessions.media.names import download_name
from sessions.media.previews import preview_of, type_of_preview
from sessions.models import Attachment
from sessions.queries import readable_by

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=86400",
}


@require_safe
@member_required
def attachment(request: ViewerRequest, pk: int) -> HttpResponseBase:
    """A stored file; only what can run nothing is shown in the page, the rest is downloaded."""
    found = _stored(request, pk)
    inline = bool(preview_of(found.content_type))
    return FileResponse(
        found.file.open("rb"),
        as_attachment=not inline,
        filename=download_name(found),
        content_type=found.content_type if inline else "application/octet-stream",
        headers=_HEADERS,
    )


@require_safe
@member_required
def preview(request: ViewerRequest, pk: int) -> HttpResponseBase:
    """A JPEG, MP3 or MP4 that we made of what browsers don't show."""
    found = _stored(request, pk)
    if not found.preview:
        raise Http404
    return FileResponse(found.preview.open("rb"), content_type=type_of_preview(found), headers=_HEADERS)


def _stored(request: ViewerRequest, pk: int) -> Attachment:
    visible = Attachment.objects.filter(message__session__in=readable_by(request.user, request.agent))
    return get_object_or_404(visible, pk=pk, state=Attachment.State.STORED)


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
