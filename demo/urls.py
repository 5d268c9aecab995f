"""Pages of the demo; included only with ``VMS_DEMO=1``."""

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("", views.people_list, name="people_list"),
    path("sign-in/", views.person_enter, name="person_enter"),
    path("code/", views.code_show, name="code_show"),
    path("inbox/", views.mail_list, name="mail_list"),
]
