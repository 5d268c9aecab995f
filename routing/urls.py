"""Pages of routing."""

from django.urls import path

from routing.views import (
    announcements,
    calendars,
    continuity,
    divert,
    number,
    plan,
    publish,
    settings,
    shared,
    simulate,
    versions,
)

app_name = "routing"
NUMBER = "numbers/<int:pk>/"
PLAN = f"{NUMBER}plan/"
VERSION = f"{NUMBER}versions/<int:sequence>/"

urlpatterns = [
    path("numbers/divert/", divert.bulk_divert, name="bulk_divert"),
    path("routing/not-normal/", number.home_panel, name="home_panel"),
    path(NUMBER, number.number_detail, name="number_detail"),
    path(f"{NUMBER}divert/", divert.divert, name="divert"),
    path(f"{NUMBER}divert/end/", divert.divert_end, name="divert_end"),
    path(f"{NUMBER}simulate/", simulate.simulate, name="simulate"),
    path(
        f"{NUMBER}redirections/<slug:kind>/",
        continuity.redirection_set,
        name="redirection_set",
    ),
    path(
        f"{NUMBER}redirections/<slug:kind>/off/",
        continuity.redirection_off,
        name="redirection_off",
    ),
    path("m/", continuity.continuity, name="continuity"),
    path("m/<int:pk>/on/", continuity.continuity_on, name="continuity_on"),
    path("m/<int:pk>/off/", continuity.continuity_off, name="continuity_off"),
    path(PLAN, plan.plan_edit, name="plan_edit"),
    path(f"{PLAN}begin/", plan.plan_begin, name="plan_begin"),
    path(f"{PLAN}step/", plan.step_save, name="step_save"),
    path(f"{PLAN}add/", plan.step_add, name="step_add"),
    path(f"{PLAN}remove/", plan.step_delete, name="step_delete"),
    path(f"{PLAN}tidy/", plan.plan_tidy, name="plan_tidy"),
    path(f"{PLAN}undo/", plan.plan_undo, name="plan_undo"),
    path(f"{PLAN}publish/", publish.publish, name="publish"),
    path(f"{PLAN}discard/", publish.discard, name="plan_discard"),
    path(f"{NUMBER}versions/", versions.version_list, name="version_list"),
    path(VERSION, versions.version_detail, name="version_detail"),
    path(f"{VERSION}roll-back/", versions.version_roll_back, name="version_roll_back"),
    path("calendars/", calendars.calendar_list, name="calendar_list"),
    path("calendars/add/", calendars.calendar_add, name="calendar_add"),
    path("calendars/<int:pk>/", calendars.calendar_detail, name="calendar_detail"),
    path("calendars/<int:pk>/edit/", calendars.calendar_edit, name="calendar_edit"),
    path(
        "calendars/<int:pk>/delete/", calendars.calendar_delete, name="calendar_delete"
    ),
    path("announcements/", announcements.announcement_list, name="announcement_list"),
    path(
        "announcements/add/", announcements.announcement_edit, name="announcement_add"
    ),
    path(
        "announcements/<slug:slug>/edit/",
        announcements.announcement_edit,
        name="announcement_edit",
    ),
    path(
        "announcements/<slug:slug>/delete/",
        announcements.announcement_delete,
        name="announcement_delete",
    ),
    path(
        "routing/shared/<int:pk>/restore/", shared.shared_restore, name="shared_restore"
    ),
    path("routing/settings/", settings.settings, name="settings"),
    path("routing/settings/safety/", settings.safety_save, name="safety_save"),
    path("routing/settings/callers/", settings.rule_add, name="rule_add"),
    path(
        "routing/settings/callers/<int:pk>/remove/",
        settings.rule_remove,
        name="rule_remove",
    ),
]
