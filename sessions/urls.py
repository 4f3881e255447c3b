from django.urls import include, path

from sessions.stream import served_elsewhere
from sessions.views import journal, opt_outs, sending, tags
from sessions.webhooks import webhook

urlpatterns = [
    path("w/<str:token>/", webhook, name="webhook"),
    path("events/", served_elsewhere, name="events"),
    path("inbox/", include("sessions.urls_inbox")),
    path("contacts/", include("sessions.urls_contacts")),
    path("channels/<int:pk>/sending/", sending.channel_sending, name="channel-sending"),
    path("channels/<int:pk>/pause/", sending.channel_pause, name="channel-pause"),
    path("channels/<int:pk>/resume/", sending.channel_resume, name="channel-resume"),
    path("logs/", include("sessions.urls_logs")),
    path("journal/", journal.journal_list, name="journal-list"),
    path("journal/replay/", journal.journal_replay_failed, name="journal-replay-failed"),
    path("journal/<int:pk>/", journal.journal_detail, name="journal-detail"),
    path("journal/<int:pk>/replay/", journal.journal_replay, name="journal-replay"),
    path("tags/", tags.tag_list, name="tag-list"),
    path("tags/add/", tags.tag_add, name="tag-add"),
    path("tags/<int:pk>/", tags.tag_edit, name="tag-edit"),
    path("tags/<int:pk>/delete/", tags.tag_delete, name="tag-delete"),
    path("opt-outs/", opt_outs.opt_out_list, name="optout-list"),
    path("opt-outs/add/", opt_outs.opt_out_add, name="optout-add"),
    path("opt-outs/export/", opt_outs.opt_out_export, name="optout-export"),
    path("opt-outs/<int:pk>/re-open/", opt_outs.opt_out_reopen, name="optout-reopen"),
]
