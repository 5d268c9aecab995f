"""A destination that was the customer's own number in between is new again."""

from django.db import migrations

from vms_portal.kernel.data.rls import Regrant

BEFORE = "SELECT, INSERT"
AFTER = "SELECT, INSERT, UPDATE (first_used_at, added_by_id, announced_at)"


class Migration(migrations.Migration):
    dependencies = [("routing", "0010_ended_diversions_are_told")]

    operations = [Regrant("routing_knowndestination", app=(BEFORE, AFTER))]
