"""Row level security of the number tables."""

from django.db import migrations

from vms_portal.kernel.data.rls import APPEND, TenantTable


class Migration(migrations.Migration):
    dependencies = [("numbers", "0001_initial")]

    operations = [
        TenantTable("numbers_site"),
        TenantTable("numbers_line"),
        TenantTable("numbers_geographicnumber"),
        TenantTable("numbers_optionperiod"),
        TenantTable("numbers_numberaccess"),
        TenantTable("numbers_destinationpolicy", app="SELECT"),
        TenantTable("numbers_historicalsite", app=APPEND, network=""),
        TenantTable("numbers_historicalgeographicnumber", app=APPEND, network=""),
    ]
