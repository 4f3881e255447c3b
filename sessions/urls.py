from django.urls import path

from sessions.stream import event_stream
from sessions.views import (
    app,
    canned_replies,
    composing,
    inbox,
    journal,
    notifying,
    opt_outs,
    outbox,
    sending,
)
from sessions.views.attachments import attachment
from sessions.views.initiating import new_message
from sessions.views.media import outbound_media
from sessions.webhooks import webhook

urlpatterns = [
    path("w/<str:token>/", webhook, name="webhook"),
    path("m/<str:token>/", outbound_media, name="outbound-media"),
    path("events/", event_stream, name="events"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/sessions/", inbox.session_list, name="inbox-sessions"),
    path("inbox/calls/", notifying.calls, name="inbox-calls"),
    path("inbox/settings/", notifying.agent_settings, name="inbox-settings"),
    path("inbox/new/", new_message, name="inbox-new"),
    path("inbox/<int:pk>/", inbox.index, name="inbox-session"),
    path("inbox/<int:pk>/thread/", inbox.thread, name="inbox-thread"),
    path("inbox/<int:pk>/pick-up/", inbox.pick_up, name="inbox-pick-up"),
    path("inbox/<int:pk>/reply/", composing.reply, name="inbox-reply"),
    path("inbox/<int:pk>/note/", composing.note, name="inbox-note"),
    path("inbox/<int:pk>/draft/", composing.draft, name="inbox-draft"),
    path("inbox/<int:pk>/canned-replies/", canned_replies.usable, name="inbox-canned-replies"),
    path("inbox/<int:pk>/close/", inbox.close, name="inbox-close"),
    path("inbox/<int:pk>/places/", outbox.places, name="inbox-places"),
    path("inbox/messages/<int:pk>/retry/", outbox.retry, name="inbox-retry"),
    path("inbox/messages/<int:pk>/cancel/", outbox.cancel, name="inbox-cancel"),
    path("inbox/attachments/<int:pk>/", attachment, name="inbox-attachment"),
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
    path("journal/", journal.journal_list, name="journal-list"),
    path("journal/replay/", journal.journal_replay_failed, name="journal-replay-failed"),
    path("journal/<int:pk>/", journal.journal_detail, name="journal-detail"),
    path("journal/<int:pk>/replay/", journal.journal_replay, name="journal-replay"),
    path("opt-outs/", opt_outs.opt_out_list, name="optout-list"),
    path("opt-outs/add/", opt_outs.opt_out_add, name="optout-add"),
    path("opt-outs/export/", opt_outs.opt_out_export, name="optout-export"),
    path("opt-outs/<int:pk>/re-open/", opt_outs.opt_out_reopen, name="optout-reopen"),
]
