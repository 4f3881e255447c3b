"""The agents' page, below `/inbox/`."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from sessions.lists import GroupName
from sessions.views import (
    acting,
    availability,
    canned_replies,
    composing,
    contact,
    inbox,
    initiating,
    notifying,
    outbox,
    presence,
    thread,
)
from sessions.views.attachments import attachment


class GroupConverter(StringConverter):
    regex = "|".join(GroupName)

    def to_python(self, value: str) -> GroupName:
        return GroupName(value)


register_converter(GroupConverter, "group")

urlpatterns = [
    path("", inbox.index, name="inbox"),
    path("sessions/", inbox.session_list, name="inbox-sessions"),
    path("sessions/<group:group>/", inbox.page, name="inbox-page"),
    path("rows/", inbox.rows, name="inbox-rows"),
    path("calls/", notifying.calls, name="inbox-calls"),
    path("settings/", notifying.agent_settings, name="inbox-settings"),
    path("availability/", availability.availability, name="inbox-availability"),
    path("viewing/", presence.viewing, name="inbox-viewing"),
    path("new/", initiating.new_message, name="inbox-new"),
    path("new/contacts/", initiating.suggestions, name="inbox-suggestions"),
    path("<int:pk>/", inbox.index, name="inbox-session"),
    path("<int:pk>/thread/", thread.thread, name="inbox-thread"),
    path("<int:pk>/older/", thread.older, name="inbox-older"),
    path("<int:pk>/timeline/", thread.timeline, name="inbox-timeline"),
    path("<int:pk>/viewers/", presence.viewers, name="inbox-viewers"),
    path("<int:pk>/places/", outbox.places, name="inbox-places"),
    path("<int:pk>/pick-up/", acting.pick_up, name="inbox-pick-up"),
    path("<int:pk>/reply/", composing.reply, name="inbox-reply"),
    path("<int:pk>/draft/", composing.draft, name="inbox-draft"),
    path("<int:pk>/canned-replies/", canned_replies.usable, name="inbox-canned-replies"),
    path("<int:pk>/close/", acting.close, name="inbox-close"),
    path("<int:pk>/transfer/", acting.transfer, name="inbox-transfer"),
    path("<int:pk>/note/", acting.note, name="inbox-note"),
    path("<int:pk>/tags/", acting.tags, name="inbox-tags"),
    path("<int:pk>/archive/", acting.archive, name="inbox-archive"),
    path("<int:pk>/unarchive/", acting.unarchive, name="inbox-unarchive"),
    path("<int:pk>/unread/", acting.unread, name="inbox-unread"),
    path("<int:pk>/contact/", contact.contact, name="inbox-contact"),
    path("messages/<int:pk>/retry/", outbox.retry, name="inbox-retry"),
    path("messages/<int:pk>/cancel/", outbox.cancel, name="inbox-cancel"),
    path("attachments/<int:pk>/", attachment, name="inbox-attachment"),
]
