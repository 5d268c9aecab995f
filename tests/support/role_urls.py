"""Addresses that tell whose rights a request has, and some that fail half-way."""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tenants.models import Tenant
from vms_portal.kernel.data import row_security


def who(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return HttpResponse(cursor.fetchone()[0])


def undone(request: HttpRequest) -> HttpResponse:
    """Write a row, take it back, and answer as if nothing were wrong."""
    with transaction.atomic():
        with row_security.system_scope():
            assert Tenant.objects.update(name="Nobody")
        transaction.set_rollback(True)
    return redirect("/")


def kept(request: HttpRequest) -> HttpResponse:
    with row_security.system_scope():
        assert Tenant.objects.update(name="Somebody")
    return redirect("/")


def wider(request: HttpRequest) -> HttpResponse:
    """Write a row with one's own rights, then go on with others."""
    answer = kept(request)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vms_arrange")
    return answer


urlpatterns = [
    path("who/", who, name="who"),
    path("undone/", undone, name="undone"),
    path("kept/", kept, name="kept"),
    path("wider/", wider, name="wider"),
]
