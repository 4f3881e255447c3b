from django.urls import path

from stats import statistics_views, views

urlpatterns = [
    path("channels/", views.channel_list, name="channel-list"),
    path("statistics/", statistics_views.statistics, name="statistics"),
    path("statistics/export/", statistics_views.statistics_export, name="statistics-export"),
]
