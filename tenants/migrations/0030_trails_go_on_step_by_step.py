"""A trail's end goes on by what an act may add, and no event stands after it.

The portal's role could put the end of a customer's trail at the end of all numbers, or
an event where the next one comes: nothing of that customer was recorded any more, so
that staff could not even disable its people.
"""

from django.db import migrations

ROLE = """coalesce(nullif(current_setting('role'), 'none'), session_user)
       IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network')"""
# One act adds 200,000 events at most: of the rows of one import.
STEPS = f"""
CREATE FUNCTION tenants_trail_goes_on() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last bigint;
BEGIN
    IF NOT {ROLE} THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'tenants_auditevent' THEN
        IF NEW.tenant_id IS NULL THEN
            SELECT sequence INTO last FROM tenants_audithead WHERE tenant_id IS NULL;
        ELSE
            SELECT sequence INTO last FROM tenants_audithead
             WHERE tenant_id = NEW.tenant_id;
        END IF;
        IF NEW.sequence <= last THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.sequence = 0 THEN
            RETURN NEW;
        END IF;
    ELSIF NEW.sequence - OLD.sequence BETWEEN 0 AND 1000000 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a trail goes on from its end'
        USING ERRCODE = 'insufficient_privilege';
END $$;
REVOKE ALL ON FUNCTION tenants_trail_goes_on() FROM PUBLIC;
CREATE TRIGGER tenants_trail_begins BEFORE INSERT ON tenants_audithead
    FOR EACH ROW EXECUTE FUNCTION tenants_trail_goes_on();
CREATE TRIGGER tenants_trail_goes_on BEFORE UPDATE OF sequence ON tenants_audithead
    FOR EACH ROW EXECUTE FUNCTION tenants_trail_goes_on();
CREATE TRIGGER tenants_trail_holds_events BEFORE INSERT ON tenants_auditevent
    FOR EACH ROW EXECUTE FUNCTION tenants_trail_goes_on();
"""
ANYWHERE = """
DROP TRIGGER tenants_trail_holds_events ON tenants_auditevent;
DROP TRIGGER tenants_trail_goes_on ON tenants_audithead;
DROP TRIGGER tenants_trail_begins ON tenants_audithead;
DROP FUNCTION tenants_trail_goes_on();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0029_invitations_take_turns")]

    operations = [migrations.RunSQL(sql=[(STEPS, None)], reverse_sql=[(ANYWHERE, None)])]
