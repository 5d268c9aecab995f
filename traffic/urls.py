"""Pages of traffic."""

from django.urls import path, register_converter

from traffic.converters import DayConverter
from traffic.views import calls, panels, statistics

register_converter(DayConverter, "day")

app_name = "traffic"
urlpatterns = [
    path("calls/", calls.call_list, name="call_list"),
    path("calls/export/", calls.call_export, name="call_export"),
    path("calls/<day:day>/<int:pk>/", calls.call_detail, name="call_detail"),
    path("calls/panels/home/", panels.home_panel, name="home_panel"),
    path("calls/panels/numbers/<int:pk>/", panels.number_panel, name="number_panel"),
    path("statistics/", statistics.statistics, name="statistics"),
    path(
        "statistics/table/<slug:table>/",
        statistics.statistics_table,
        name="statistics_table",
    ),
    path(
        "statistics/export/<slug:table>/",
        statistics.statistics_export,
        name="statistics_export",
    ),
]
