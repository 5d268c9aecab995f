"""Row level security of routing, and published versions that never change."""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, READ, TenantTable

PUBLISHED_STAYS = """
CREATE FUNCTION routing_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op = 'UPDATE' AND NEW.state <> 'draft' AND
       (OLD.tenant_id, OLD.number_id, OLD.sequence, OLD.document, OLD.comment,
        OLD.created_by_id, OLD.published_by_id, OLD.published_at)
       IS NOT DISTINCT FROM
       (NEW.tenant_id, NEW.number_id, NEW.sequence, NEW.document, NEW.comment,
        NEW.created_by_id, NEW.published_by_id, NEW.published_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % is published and never changes', OLD.sequence
        USING errcode = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER routing_planversion_stays
    BEFORE UPDATE OR DELETE ON routing_planversion FOR EACH ROW
    WHEN (OLD.state <> 'draft') EXECUTE FUNCTION routing_published_stays();
CREATE TRIGGER routing_planversion_table_stays
    BEFORE TRUNCATE ON routing_planversion FOR EACH STATEMENT
    EXECUTE FUNCTION forbid_change();
"""
REVERSE = """
DROP TRIGGER routing_planversion_table_stays ON routing_planversion;
DROP TRIGGER routing_planversion_stays ON routing_planversion;
DROP FUNCTION routing_published_stays();
"""
TABLES = [
    "planversion",
    "calendar",
    "announcement",
    "queue",
    "override",
    "redirection",
    "screeningrule",
    "routingsettings",
    "knowndestination",
    "compiledplan",
]


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0001_initial"),
        ("tenants", "0002_row_security"),
    ]

    operations = [
        *(
            TenantTable(f"routing_{name}", staff=READ if name == "planversion" else ALL)
            for name in TABLES
        ),
        migrations.RunSQL(sql=[(PUBLISHED_STAYS, None)], reverse_sql=[(REVERSE, None)]),
    ]
