"""Who one is, and what there is to choose from."""

from django.http import HttpRequest, HttpResponseBase
from ninja import Router

from api.auth import ApiRequest
from api.described import problems
from api.shapes import Destinations, ExtensionOut, Me, NumberOut, Numbers, QueueOut, Tags
from routing.models import Extension, MessageQueue
from sessions.media.views import attachment as stored_file
from sessions.media.views import preview as stored_preview
from sessions.models import Tag
from sessions.queries import numbers_of

router = Router(tags=["Directory"])


@router.get(
    "me", response=Me, url_name="api-me", summary="Who the token stands for", openapi_extra=problems()
)
def me(request: ApiRequest) -> Me:
    """The extension that the token acts for, its queues, and what its login supervises."""
    user, agent = request.user, request.agent
    queues = agent.queues.live() if agent else MessageQueue.objects.none()
    supervised = user.supervised_queues.live() if user.is_supervisor else MessageQueue.objects.none()
    return Me(
        username=user.username,
        name=user.get_full_name(),
        role=user.role,  # type: ignore[arg-type]
        extension=ExtensionOut.of(agent) if agent else None,
        queues=[QueueOut.of(queue) for queue in queues],
        supervised_queues=[QueueOut.of(queue) for queue in supervised],
        token=request.auth.name,
        scope=request.auth.scope,  # type: ignore[arg-type]
    )


@router.get(
    "numbers",
    response=Numbers,
    url_name="api-numbers",
    summary="Numbers that you may start sessions from",
    openapi_extra=problems(),
)
def list_numbers(request: ApiRequest) -> Numbers:
    """Those that this extension may start sessions by."""
    numbers = numbers_of(request.agent) if request.agent else []
    return Numbers(items=[NumberOut.of(number) for number in numbers])


@router.get(
    "destinations",
    response=Destinations,
    url_name="api-destinations",
    summary="Where a session can be transferred to",
    openapi_extra=problems(),
)
def list_destinations(request: ApiRequest) -> Destinations:
    """Extensions and message queues that sessions are transferred to."""
    return Destinations(
        extensions=[ExtensionOut.of(extension) for extension in Extension.objects.live()],
        queues=[QueueOut.of(queue) for queue in MessageQueue.objects.live()],
    )


@router.get(
    "tags", response=Tags, url_name="api-tags", summary="Tags that there are", openapi_extra=problems()
)
def list_tags(request: ApiRequest) -> Tags:
    """Their names, as `PUT sessions/{id}/tags` takes them."""
    return Tags(items=[tag.name for tag in Tag.objects.all()])


FILE = {"schema": {"type": "string", "format": "binary"}}
TYPES = ("application/octet-stream", "image/*", "audio/*", "video/*")
FILE_ANSWER = {200: {"description": "The file.", "content": dict.fromkeys(TYPES, FILE)}}


@router.get(
    "attachments/{int:attachment_id}",
    url_name="api-attachment",
    summary="Download an attachment",
    openapi_extra={"responses": FILE_ANSWER | problems(404)["responses"]},
)
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """Pictures have their own type; everything else is `application/octet-stream`."""
    return stored_file(request, attachment_id)


@router.get(
    "attachments/{int:attachment_id}/preview",
    url_name="api-preview",
    summary="Download the preview of a picture or recording",
    openapi_extra={"responses": FILE_ANSWER | problems(404)["responses"]},
)
def attachment_preview(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """Made of files that browsers don't show: JPEG of HEIC, MP3 of AMR, MP4 of 3GP; 404 for all others."""
    return stored_preview(request, attachment_id)
