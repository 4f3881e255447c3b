"""The agents' page, below `/inbox/`."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from sessions.inbox import (
    acting_views,
    bulk_views,
    canned_reply_views,
    closing_views,
    composing_views,
    contact_views,
    initiating_views,
    later_views,
    list_views,
    opt_out_views,
    outbox_views,
    palette_views,
    scheduled_views,
    snooze_views,
    thread_views,
    undo_views,
    views,
)
from sessions.inbox.lists import GroupName
from sessions.media.views import attachment, preview


class GroupConverter(StringConverter):
    regex = "|".join(GroupName)

    def to_python(self, value: str) -> GroupName:
        return GroupName(value)


register_converter(GroupConverter, "group")

urlpatterns = [
    path("", views.index, name="inbox"),
    path("sessions/", views.session_list, name="inbox-sessions"),
    path("sessions/<group:group>/", views.page, name="inbox-page"),
    path("sort/", list_views.sort, name="inbox-sort"),
    path("fold/<group:group>/", list_views.fold, name="inbox-fold"),
    path("filters/", list_views.filters, name="inbox-filters"),
    path("views/", list_views.views, name="inbox-views"),
    path("views/add/", list_views.view_add, name="inbox-view-add"),
    path("views/<int:pk>/", list_views.view_edit, name="inbox-view-edit"),
    path("views/<int:pk>/delete/", list_views.view_delete, name="inbox-view-delete"),
    path("bulk/<slug:verb>/", bulk_views.bulk, name="inbox-bulk"),
    path("rows/", views.rows, name="inbox-rows"),
    path("palette/", palette_views.palette, name="inbox-palette"),
    path("new/", initiating_views.new_message, name="inbox-new"),
    path("new/contacts/", initiating_views.suggestions, name="inbox-suggestions"),
    path("<int:pk>/", views.index, name="inbox-session"),
    path("<int:pk>/thread/", thread_views.thread, name="inbox-thread"),
    path("<int:pk>/seen/", thread_views.seen, name="inbox-seen"),
    path("<int:pk>/older/", thread_views.older, name="inbox-older"),
    path("<int:pk>/timeline/", thread_views.timeline, name="inbox-timeline"),
    path("<int:pk>/places/", outbox_views.places, name="inbox-places"),
    path("<int:pk>/pick-up/", acting_views.pick_up, name="inbox-pick-up"),
    path("<int:pk>/reply/", composing_views.reply, name="inbox-reply"),
    path("<int:pk>/again/", composing_views.again, name="inbox-again"),
    path("<int:pk>/draft/", composing_views.draft, name="inbox-draft"),
    path("<int:pk>/canned-replies/", canned_reply_views.usable, name="inbox-canned-replies"),
    path("<int:pk>/close/", closing_views.close, name="inbox-close"),
    path("<int:pk>/reopen/", closing_views.reopen, name="inbox-reopen"),
    path("<int:pk>/transfer/", acting_views.transfer, name="inbox-transfer"),
    path("<int:pk>/take-over/", acting_views.take_over, name="inbox-take-over"),
    path("<int:pk>/note/", acting_views.note, name="inbox-note"),
    path("people/", acting_views.people, name="inbox-people"),
    path("<int:pk>/tags/", acting_views.tags, name="inbox-tags"),
    path("<int:pk>/archive/", acting_views.archive, name="inbox-archive"),
    path("<int:pk>/unarchive/", acting_views.unarchive, name="inbox-unarchive"),
    path("<int:pk>/snooze/", snooze_views.snooze, name="inbox-snooze"),
    path("<int:pk>/opt-out/", opt_out_views.opt_out, name="inbox-opt-out"),
    path("<int:pk>/unsnooze/", snooze_views.unsnooze, name="inbox-unsnooze"),
    path("<int:pk>/unread/", acting_views.unread, name="inbox-unread"),
    path("<int:pk>/contact/", contact_views.contact, name="inbox-contact"),
    path("later/", later_views.later, name="inbox-later"),
    path("scheduled/<int:pk>/", scheduled_views.edit, name="inbox-scheduled"),
    path("scheduled/<int:pk>/send/", scheduled_views.send_now, name="inbox-scheduled-send"),
    path("scheduled/<int:pk>/cancel/", scheduled_views.cancel, name="inbox-scheduled-cancel"),
    path("undo/", undo_views.undo, name="inbox-undo"),
    path("messages/<int:pk>/retry/", outbox_views.retry, name="inbox-retry"),
    path("messages/<int:pk>/cancel/", outbox_views.cancel, name="inbox-cancel"),
    path("attachments/<int:pk>/", attachment, name="inbox-attachment"),
    path("attachments/<int:pk>/preview/", preview, name="inbox-attachment-preview"),
]
