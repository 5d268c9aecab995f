"""Usage that is frozen already is not frozen again, also once its month is closed.

The trigger looks before the row meets the one there is, so a worker that came a whole
close late was refused instead of leaving what is frozen as it is.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("billing.migrations.0029_usage_is_frozen_by_a_close")
CLOSING = """(
                SELECT FROM traffic_period
                 WHERE month = NEW.month AND state = 'closing'
            )"""
# The key of month and customer leaves such a row out, or refuses it.
OR_FROZEN = """(
                SELECT FROM traffic_period
                 WHERE month = NEW.month AND state = 'closing'
                UNION ALL
                SELECT FROM billing_customermonth
                 WHERE (month, tenant_id) = (NEW.month, NEW.tenant_id)
            )"""
LATE = BEFORE.FROZEN.replace(CLOSING, OR_FROZEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0032_one_series_of_the_operator")]

    operations = [
        migrations.RunSQL(sql=[(LATE, None)], reverse_sql=[(BEFORE.FROZEN, None)])
    ]
