"""Nothing that a close reads begins before the first month that there is.

A first day of 1950, written past the forms, asked for a month that is never entered:
no other could begin to close. What stands there from before does not stop a close any
more, nor the change of anything else in its row; so these are no constraints.
"""

from importlib import import_module

from django.db import migrations

TURNS = import_module("billing.migrations.0031_months_close_in_their_turn")
DAYS = (
    ("contracts_contract", "activated_on"),
    ("numbers_geographicnumber", "activated_on"),
    ("numbers_optionperiod", "starts_on"),
    ("billing_contractoption", "starts_on"),
    ("billing_promotion", "starts_on"),
    ("billing_indexation", "effective_on"),
    ("billing_oneoff", "completed_on"),
    ("billing_oneoff", "bill_in"),
)
REFUSED = """
CREATE FUNCTION billing_begins_too_early() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%: nothing begins before 2020', tg_table_name
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_begins_too_early() FROM PUBLIC;
"""
FOUND = "))::date INTO first;\n"
AT_THE_EARLIEST = TURNS.TURNS.replace(
    FOUND,
    f"""{FOUND}    IF first < date '2020-01-01' THEN
        first := date '2020-01-01';
    END IF;
""",
)


def guards(table: str, day: str) -> str:
    is_early = f"NEW.{day} < date '2020-01-01'"
    refuse = "EXECUTE FUNCTION billing_begins_too_early();"
    return f"""
    CREATE TRIGGER billing_{day}_in_time BEFORE INSERT ON {table}
        FOR EACH ROW WHEN ({is_early}) {refuse}
    CREATE TRIGGER billing_{day}_stays_in_time BEFORE UPDATE OF {day} ON {table}
        FOR EACH ROW WHEN ({is_early} AND NEW.{day} IS DISTINCT FROM OLD.{day}) {refuse}
    """


def no_guards(table: str, day: str) -> str:
    names = f"{day}_in_time", f"{day}_stays_in_time"
    return "".join(f"DROP TRIGGER billing_{name} ON {table};" for name in names)


def turns(sql: str) -> str:
    """Return the function alone: its trigger stays."""
    function, _revoked, _trigger = sql.partition("REVOKE ALL")
    function = function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    return function.replace("{states}", TURNS.CHARGEABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0033_late_freezes_change_nothing"),
        ("numbers", "0009_last_day_of_its_own"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[(REFUSED, None), *((guards(*day), None) for day in DAYS)],
            reverse_sql=[
                *((no_guards(*day), None) for day in DAYS),
                ("DROP FUNCTION billing_begins_too_early();", None),
            ],
        ),
        migrations.RunSQL(
            sql=[(turns(AT_THE_EARLIEST), None)],
            reverse_sql=[(turns(TURNS.TURNS), None)],
        ),
    ]
