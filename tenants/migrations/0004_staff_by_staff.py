"""The portal's role makes nobody staff, whatever a form or a query forgets."""

from django.db import migrations

STAFF_BY_STAFF = """
CREATE FUNCTION tenants_staff_by_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('vms_app', 'vms_network') THEN
        RAISE EXCEPTION 'role % makes nobody staff', current_user
            USING errcode = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tenants_user_staff_added BEFORE INSERT ON tenants_user FOR EACH ROW
    WHEN (NEW.is_staff OR NEW.is_superuser)
    EXECUTE FUNCTION tenants_staff_by_staff();
CREATE TRIGGER tenants_user_staff_raised BEFORE UPDATE ON tenants_user FOR EACH ROW
    WHEN ((NEW.is_staff AND NOT OLD.is_staff)
          OR (NEW.is_superuser AND NOT OLD.is_superuser))
    EXECUTE FUNCTION tenants_staff_by_staff();
"""
STAFF_BY_ANYBODY = """
DROP TRIGGER tenants_user_staff_raised ON tenants_user;
DROP TRIGGER tenants_user_staff_added ON tenants_user;
DROP FUNCTION tenants_staff_by_staff();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_presented_secrets")]

    operations = [
        migrations.RunSQL(
            sql=[(STAFF_BY_STAFF, None)], reverse_sql=[(STAFF_BY_ANYBODY, None)]
        )
    ]
