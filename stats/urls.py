from django.urls import path

from stats import export_views, statistics_views, views

urlpatterns = [
    path("channels/", views.channel_list, name="channel-list"),
    path("channels/export/", views.channel_list_export, name="channel-list-export"),
    path("statistics/", statistics_views.statistics, name="statistics"),
    path("statistics/export/", export_views.statistics_export, name="statistics-export"),
]
