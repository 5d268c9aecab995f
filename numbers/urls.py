"""Pages of numbers, sites and the start page."""

from django.urls import path

from numbers.views import access, home, labels, number_list, sites

app_name = "numbers"
urlpatterns = [
    path("", home.home, name="home"),
    path("first-steps/away/", home.checklist_dismiss, name="checklist_dismiss"),
    path("numbers/", number_list.number_list, name="number_list"),
    path("numbers/export/", number_list.number_export, name="number_export"),
    path("numbers/<int:pk>/label/", labels.number_label, name="number_label"),
    path("sites/", sites.site_list, name="site_list"),
    path("sites/<int:pk>/", sites.site_edit, name="site_edit"),
    path("team/<int:pk>/access/", access.member_access, name="member_access"),
]
