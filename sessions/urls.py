from django.urls import include, path, re_path

from sessions.first_text import views as first_text_views
from sessions.inbox import app_views, canned_reply_views, tag_views
from sessions.lanes import views as sending_views
from sessions.live.stream import served_elsewhere
from sessions.media.views import outbound_media
from sessions.opt_outs import views as opt_out_views
from sessions.opt_outs import word_views
from sessions.push import settings_views
from sessions.receiving import journal_views
from sessions.receiving.webhook import webhook_view

urlpatterns = [
    re_path(r"^(?:/*)w/(?P<token>.+)$", webhook_view, name="webhook"),
    path("m/<str:token>/", outbound_media, name="outbound-media"),
    path("events/", served_elsewhere, name="events"),
    path("inbox/", include("sessions.inbox.urls")),
    path("inbox/", include("sessions.live.urls")),
    path("inbox/settings/", settings_views.agent_settings, name="inbox-settings"),
    path("inbox/push/", include("sessions.push.urls")),
    path("contacts/", include("sessions.contacts.urls")),
    path("contact-settings/", include("sessions.contacts.settings_urls")),
    path("channels/<int:pk>/sending/", sending_views.channel_sending, name="channel-sending"),
    path("channels/<int:pk>/pause/", sending_views.channel_pause, name="channel-pause"),
    path("channels/<int:pk>/resume/", sending_views.channel_resume, name="channel-resume"),
    path("channels/<int:pk>/test-text/", first_text_views.send_test_text, name="test-text"),
    path("manifest.webmanifest", app_views.manifest, name="manifest"),
    path("service-worker.js", app_views.service_worker, name="service-worker"),
    path("offline/", app_views.offline, name="offline"),
    path("canned-replies/", canned_reply_views.canned_reply_list, name="canned-reply-list"),
    path("canned-replies/add/", canned_reply_views.canned_reply_add, name="canned-reply-add"),
    path("canned-replies/<int:pk>/", canned_reply_views.canned_reply_edit, name="canned-reply-edit"),
    path(
        "canned-replies/<int:pk>/delete/", canned_reply_views.canned_reply_delete, name="canned-reply-delete"
    ),
    path("logs/", include("sessions.logs.urls")),
    path("journal/", journal_views.journal_list, name="journal-list"),
    path("journal/replay/", journal_views.journal_replay_failed, name="journal-replay-failed"),
    path("journal/dismiss/", journal_views.journal_dismiss_failed, name="journal-dismiss-failed"),
    path("journal/discard/", journal_views.journal_discard_held, name="journal-discard-held"),
    path("journal/<int:pk>/", journal_views.journal_detail, name="journal-detail"),
    path("journal/<int:pk>/replay/", journal_views.journal_replay, name="journal-replay"),
    path("journal/<int:pk>/dismiss/", journal_views.journal_dismiss, name="journal-dismiss"),
    path("tags/", tag_views.tag_list, name="tag-list"),
    path("tags/add/", tag_views.tag_add, name="tag-add"),
    path("tags/<int:pk>/", tag_views.tag_edit, name="tag-edit"),
    path("tags/<int:pk>/delete/", tag_views.tag_delete, name="tag-delete"),
    path("opt-outs/", opt_out_views.opt_out_list, name="optout-list"),
    path("opt-outs/add/", opt_out_views.opt_out_add, name="optout-add"),
    path("opt-outs/words/", word_views.word_list, name="optout-words"),
    path("opt-outs/words/<int:pk>/delete/", word_views.word_delete, name="optout-word-delete"),
    path("opt-outs/export/", opt_out_views.opt_out_export, name="optout-export"),
    path("opt-outs/<int:pk>/re-open/", opt_out_views.opt_out_reopen, name="optout-reopen"),
]
