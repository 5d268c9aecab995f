"""VAT numbers compact and countries in capitals, as forms store them from now on.

What is wrong beyond that stays as it is: it is refused when the customer is next
saved, when a contract starts, and when a document would be issued.
"""

from django.db import migrations, models

# Row level security is forced: without this the owner would see no row.
COMPACT = """
ALTER TABLE tenants_tenant NO FORCE ROW LEVEL SECURITY;
UPDATE tenants_tenant SET country = upper(country) WHERE country <> upper(country);
UPDATE tenants_tenant
SET vat_number = upper(regexp_replace(vat_number, '[^A-Za-z0-9]', '', 'g'))
WHERE vat_number ~ '[^A-Z0-9]';
UPDATE tenants_tenant SET vat_number = 'BE0' || substr(vat_number, 3)
WHERE vat_number ~ '^BE[0-9]{9}$';
ALTER TABLE tenants_tenant FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_staff_authors")]

    operations = [
        # The forms of before read both spellings: nothing to take back.
        migrations.RunSQL(sql=[(COMPACT, None)], reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="tenant",
            name="vat_number",
            field=models.CharField(
                blank=True,
                help_text="Such as BE 0123.456.749; it is stored without spaces and "
                "dots.",
                max_length=20,
                verbose_name="VAT number",
            ),
        ),
    ]
