from django.urls import include, path

from sessions.stream import served_elsewhere
from sessions.views import app, canned_replies, journal, opt_outs, sending, tags
from sessions.views.media import outbound_media
from sessions.webhooks import webhook

urlpatterns = [
    path("w/<str:token>/", webhook, name="webhook"),
    path("m/<str:token>/", outbound_media, name="outbound-media"),
    path("events/", served_elsewhere, name="events"),
    path("inbox/", include("sessions.urls_inbox")),
    path("contacts/", include("sessions.urls_contacts")),
    path("channels/<int:pk>/sending/", sending.channel_sending, name="channel-sending"),
    path("channels/<int:pk>/pause/", sending.channel_pause, name="channel-pause"),
    path("channels/<int:pk>/resume/", sending.channel_resume, name="channel-resume"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("service-worker.js", app.service_worker, name="service-worker"),
    path("offline/", app.offline, name="offline"),
    path("canned-replies/", canned_replies.canned_reply_list, name="canned-reply-list"),
    path("canned-replies/add/", canned_replies.canned_reply_add, name="canned-reply-add"),
    path("canned-replies/<int:pk>/", canned_replies.canned_reply_edit, name="canned-reply-edit"),
    path("canned-replies/<int:pk>/delete/", canned_replies.canned_reply_delete, name="canned-reply-delete"),
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
