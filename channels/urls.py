from django.urls import path

from channels.editing import disable_views, offer_views, preview_views, renew_views, views
from channels.missed import views as missed_views
from channels.numbers import rule_views
from channels.set_up import check_views
from imports import views as import_views

urlpatterns = [
    path("channels/add/sms/", views.channel_add, name="channel-add"),
    path("channels/add/sms/itsp/", views.channel_itsp, name="channel-itsp"),
    path("channels/<int:pk>/", views.channel_edit, name="channel-edit"),
    path("channels/<int:pk>/webhook-url/", renew_views.channel_renew, name="channel-renew"),
    path("channels/<int:pk>/disable/", disable_views.channel_disable, name="channel-disable"),
    path("channels/<int:pk>/enable/", disable_views.channel_enable, name="channel-enable"),
    path("channels/<int:target>/import/", import_views.upload, {"kind": "numbers"}, name="channel-import"),
    path(
        "channels/import/example/", import_views.example, {"kind": "numbers"}, name="channel-import-example"
    ),
    path("channels/<int:pk>/check/", check_views.channel_check, name="channel-check"),
    path("channels/numbers/<int:pk>/standby/", check_views.number_standby, name="number-standby"),
    path("channels/<int:pk>/missed/", missed_views.channel_missed, name="channel-missed"),
    path("channels/check/<int:pk>/fix/", check_views.result_fix, name="check-fix"),
    path("channels/add/sms/numbers/", offer_views.channel_numbers, name="account-numbers"),
    path("channels/add/sms/numbers/line/", offer_views.channel_number_line, name="account-number-line"),
    path("channels/add/sms/preview/<slug:code>/", preview_views.channel_preview, name="channel-preview"),
    path("channels/rule/", rule_views.rule_dialog, name="rule-dialog"),
    path("channels/rule/save/", rule_views.rule_save, name="rule-save"),
]
