"""No process begins to close a month out of its turn, or bills who has not agreed.

A month before the first that costs anything would have every close ask for all months
since; one closed before its turn keeps what is entered for those before it out. The
back office could enter a contract in force, or one that ended, without any agreement.
"""

from django.db import migrations

# As ``first_to_close`` has it.
TURNS = """
CREATE FUNCTION billing_months_take_turns() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first date;
BEGIN
    IF coalesce(nullif(current_setting('role'), 'none'), session_user)
       NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NEW;
    END IF;
    SELECT date_trunc('month', least(
        (SELECT min(activated_on) FROM contracts_contract WHERE state IN {states}),
        (SELECT min(completed_on) FROM billing_oneoff work
           JOIN contracts_contract contract ON contract.id = work.contract_id
          WHERE work.bill_in IS NULL AND contract.state IN {states}),
        (SELECT min(month) FROM traffic_period WHERE state <> 'open')
    ))::date INTO first;
    IF NEW.month >= first AND NOT EXISTS (
        SELECT FROM generate_series(
            first::timestamp, NEW.month - interval '1 month', interval '1 month'
        ) earlier
         WHERE NOT EXISTS (
            SELECT FROM traffic_period
             WHERE month = earlier::date AND state <> 'open'
         )
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'it is not the turn of % to close', NEW.month
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_months_take_turns() FROM PUBLIC;
CREATE TRIGGER billing_months_take_turns BEFORE UPDATE ON traffic_period
    FOR EACH ROW WHEN (OLD.state = 'open' AND NEW.state <> 'open')
    EXECUTE FUNCTION billing_months_take_turns();
"""
AGREED = """
CREATE FUNCTION billing_agreed_before_it_costs() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    role text := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
    IF role NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network')
        OR tg_op = 'INSERT' AND role <> 'vms_staff'
        OR EXISTS (
            SELECT FROM billing_agreement a
              JOIN billing_contractsummary s ON s.id = a.summary_id
             WHERE s.contract_id = NEW.id
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'contract % is not agreed', NEW.reference
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_agreed_before_it_costs() FROM PUBLIC;
CREATE TRIGGER billing_contract_begins_unagreed BEFORE INSERT ON contracts_contract
    FOR EACH ROW WHEN (NEW.state NOT IN ('draft', 'sent'))
    EXECUTE FUNCTION billing_agreed_before_it_costs();
CREATE TRIGGER billing_contract_is_agreed_first BEFORE UPDATE OF state
    ON contracts_contract FOR EACH ROW
    WHEN (OLD.state IN ('draft', 'sent') AND NEW.state NOT IN ('draft', 'sent'))
    EXECUTE FUNCTION billing_agreed_before_it_costs();
"""
ANYHOW = """
DROP TRIGGER billing_contract_is_agreed_first ON contracts_contract;
DROP TRIGGER billing_contract_begins_unagreed ON contracts_contract;
DROP FUNCTION billing_agreed_before_it_costs();
DROP TRIGGER billing_months_take_turns ON traffic_period;
DROP FUNCTION billing_months_take_turns();
"""
CHARGEABLE = "('agreed', 'active', 'terminated')"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0030_documents_of_each_process"),
        ("contracts", "0004_least_rights"),
        ("traffic", "0016_months_close_step_by_step"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[(TURNS.replace("{states}", CHARGEABLE), None), (AGREED, None)],
            reverse_sql=[(ANYHOW, None)],
        )
    ]
