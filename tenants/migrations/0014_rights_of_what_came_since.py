"""What invitations and the lists of sessions learned to note needs its rights."""

from django.db import migrations

from vms_portal.kernel.data.rls import Regrant

OLD_APP = "SELECT, INSERT, UPDATE (accepted_at, revoked_at)"
NEW_APP = "SELECT, INSERT, UPDATE (accepted_at, revoked_at, mailed_at)"
OLD_STAFF = "SELECT, INSERT, UPDATE (revoked_at)"
NEW_STAFF = "SELECT, INSERT, UPDATE (revoked_at, mailed_at)"

# The worker deletes what stands in the list for a session that is over.
FORGETS = """
CREATE POLICY worker ON usersessions_usersession TO vms_worker
    USING (current_setting('app.scope', true) = 'system')
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0013_notices")]

    operations = [
        Regrant(
            "tenants_invitation",
            app=(OLD_APP, NEW_APP),
            staff=(OLD_STAFF, NEW_STAFF),
        ),
        Regrant(
            "usersessions_usersession",
            worker=("", "SELECT (id, session_key, created_at), DELETE"),
        ),
        migrations.RunSQL(
            sql=FORGETS,
            reverse_sql="DROP POLICY worker ON usersessions_usersession",
        ),
    ]
