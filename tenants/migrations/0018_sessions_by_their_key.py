"""The portal's role sees the one session whose key a browser presented.

It saw every row, and a key is all that the cookie holds: one SELECT was everybody's
session. The worker clears what has expired; it reads no contents.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import Policies

PRESENTED = "session_key = nullif(current_setting('app.session', true), '')"
EVERYTHING = "current_setting('app.scope', true) = 'system'"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0017_the_network_queues_nothing")]

    operations = [
        Policies(
            "django_session",
            {
                "app": f"TO vms_app USING ({PRESENTED}) WITH CHECK ({PRESENTED})",
                "worker": f"TO vms_worker USING ({EVERYTHING})",
            },
        )
    ]
