"""Nothing begins or ends inside a closed month, whoever writes it.

The first open day comes from ``traffic_first_open_day``, which holds off the close
until the transaction ends. Forms and services ask it first, to say what is wrong;
these triggers are what they cannot forget. Work is billed later instead.
"""

from django.db import migrations

# Table, first day, last day, and what an invoice has been made from. The last day
# before the first open one is free: it ends what is billed to its end.
DATED = (
    ("contracts_contract", "activated_on", "last_day", ()),
    (
        "numbers_geographicnumber", "activated_on", "released_on",
        ("tenant_id", "contract_id"),
    ),
    ("numbers_optionperiod", "starts_on", "ends_on", ("number_id", "option")),
    (
        "billing_contractoption", "starts_on", "ends_on",
        (
            "tenant_id", "contract_id", "order_id", "code", "quantity", "messages",
            "quoted_price",
        ),
    ),
    (
        "billing_promotion", "starts_on", "ends_on",
        ("tenant_id", "contract_id", "code", "percent"),
    ),
    (
        "billing_indexation", "effective_on", "",
        ("tenant_id", "contract_id", "factor", "applies_to"),
    ),
)  # fmt: skip

FUNCTIONS = """
CREATE FUNCTION billing_refuse_closed(what text, first_open date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: the months before % are closed', what, first_open
        USING errcode = 'integrity_constraint_violation';
END $$;

-- A customer who was set aside is billed later: what is missing is entered then.
CREATE FUNCTION billing_is_set_aside(customer bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM billing_customermonth
        WHERE tenant_id = customer AND state = 'parked' FOR SHARE;
    RETURN FOUND;
END $$;

-- Argument: the column of the first day.
CREATE FUNCTION billing_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earliest date;
    first_open date;
BEGIN
    EXECUTE format('SELECT min(%I) FROM added', tg_argv[0]) INTO earliest;
    IF earliest IS NOT NULL THEN
        first_open := traffic_first_open_day();
        IF earliest < first_open THEN
            PERFORM billing_refuse_closed(tg_table_name, first_open);
        END IF;
    END IF;
    RETURN NULL;
END $$;

-- Arguments: the columns of the first and the last day, then what is fixed.
CREATE FUNCTION billing_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := CASE tg_op WHEN 'UPDATE' THEN to_jsonb(NEW) END;
    first_open date := traffic_first_open_day();
    first_before date := before ->> tg_argv[0];
    first_after date := after ->> tg_argv[0];
    last_before date := before ->> nullif(tg_argv[1], '');
    last_after date := after ->> nullif(tg_argv[1], '');
    has_begun boolean := first_before < first_open;
    is_fixed boolean := tg_op = 'DELETE';
    fixed text;
BEGIN
    -- Of a contract that is not in service nothing has been billed.
    IF has_begun AND before ? 'contract_id' THEN
        SELECT coalesce(activated_on < first_open, false) INTO has_begun
            FROM contracts_contract WHERE id = (before ->> 'contract_id')::bigint;
        has_begun := coalesce(has_begun, true);
    END IF;
    IF tg_op = 'UPDATE' THEN
        IF first_before IS DISTINCT FROM first_after
            AND (has_begun OR first_after < first_open)
        OR last_before IS DISTINCT FROM last_after
            AND (has_begun AND last_before < first_open - 1
                 OR last_after < first_open - 1)
        THEN
            PERFORM billing_refuse_closed(tg_table_name, first_open);
        END IF;
        FOREACH fixed IN ARRAY tg_argv[2:] LOOP
            is_fixed := is_fixed OR before -> fixed IS DISTINCT FROM after -> fixed;
        END LOOP;
    END IF;
    IF is_fixed AND has_begun
        AND NOT billing_is_set_aside((before ->> 'tenant_id')::bigint)
    THEN
        PERFORM billing_refuse_closed(tg_table_name, first_open);
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- The invoice of its month holds the work, or will: the close has begun.
CREATE FUNCTION billing_is_billed(
    customer bigint, contract bigint, billed date, first_open date
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE row record;
BEGIN
    IF billed IS NULL OR first_open IS NULL OR billed >= first_open THEN
        RETURN false;
    END IF;
    SELECT state, usage -> 'contracts' ? contract::text AS has_contract INTO row
        FROM billing_customermonth
        WHERE tenant_id = customer AND month = billed FOR SHARE;
    IF FOUND THEN
        RETURN row.has_contract AND row.state <> 'parked';
    END IF;
    RETURN EXISTS (
        SELECT FROM traffic_period WHERE month = billed AND state = 'closing'
    );
END $$;

CREATE FUNCTION billing_work_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_open date := traffic_first_open_day();
    before date;
    after date;
BEGIN
    IF tg_op = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
        RETURN NEW;
    END IF;
    IF tg_op <> 'INSERT' THEN
        before := coalesce(OLD.bill_in, date_trunc('month', OLD.completed_on)::date);
        IF billing_is_billed(OLD.tenant_id, OLD.contract_id, before, first_open) THEN
            RAISE EXCEPTION 'work % is invoiced: it is credited, not changed', OLD.id
                USING errcode = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF tg_op <> 'DELETE' THEN
        after := coalesce(NEW.bill_in, date_trunc('month', NEW.completed_on)::date);
        IF after < first_open AND after IS DISTINCT FROM before THEN
            PERFORM billing_refuse_closed('billing_oneoff', first_open);
        END IF;
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER billing_work_stays BEFORE INSERT OR UPDATE OR DELETE
    ON billing_oneoff FOR EACH ROW EXECUTE FUNCTION billing_work_stays();
"""
NO_FUNCTIONS = """
DROP TRIGGER billing_work_stays ON billing_oneoff;
DROP FUNCTION billing_work_stays();
DROP FUNCTION billing_is_billed(bigint, bigint, date, date);
DROP FUNCTION billing_stays_closed();
DROP FUNCTION billing_begins_open();
DROP FUNCTION billing_is_set_aside(bigint);
DROP FUNCTION billing_refuse_closed(text, date);
"""


def guards(table: str, first: str, last: str, fixed: tuple[str, ...]) -> str:
    days = [name for name in (first, last) if name]
    differs = " OR ".join(
        f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in (*days, *fixed)
    )
    arguments = ", ".join(f"'{name}'" for name in (first, last, *fixed))
    stays = f"FOR EACH ROW {{}} EXECUTE FUNCTION billing_stays_closed({arguments});"
    return f"""
    CREATE TRIGGER billing_begins_open AFTER INSERT ON {table}
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT
        EXECUTE FUNCTION billing_begins_open('{first}');
    CREATE TRIGGER billing_change_in_closed BEFORE UPDATE ON {table}
        {stays.format(f"WHEN ({differs})")}
    CREATE TRIGGER billing_delete_in_closed BEFORE DELETE ON {table}
        {stays.format("")}
    """


def no_guards(table: str) -> str:
    names = "begins_open", "change_in_closed", "delete_in_closed"
    return "".join(f"DROP TRIGGER billing_{name} ON {table};" for name in names)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_work_billed_later"),
        ("contracts", "0003_customer_in_words"),
        ("numbers", "0004_customer_in_words"),
        ("traffic", "0009_first_open_day"),
    ]

    operations = [
        migrations.RunSQL(sql=[(FUNCTIONS, None)], reverse_sql=[(NO_FUNCTIONS, None)]),
        migrations.RunSQL(
            sql=[(guards(*table), None) for table in DATED],
            reverse_sql=[(no_guards(table[0]), None) for table in DATED],
        ),
    ]
