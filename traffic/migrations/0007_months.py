"""The calls of a contract's month, kept by the days' own triggers.

A close then reads one row a contract. Triggers, because several writers change
days: ingest, a release from quarantine, a record that moves there, and workers of
the version before while this one is deployed.
"""

import django.db.models.deletion
from django.db import migrations, models

import vms_portal.kernel.data.constraints
from vms_portal.kernel.data.rls import READ, TenantTable, WorkerAsksOnce

WRITE = "SELECT, INSERT, UPDATE"
TREATMENTS = "direct", "rerouted", "refused", "test"
LABELS = "Direct", "Rerouted", "Refused", "Test"

# Nobody may delete days. In the order of contracts: two batches that wait for each other go on in turn.
ADD_UP = f"""
CREATE FUNCTION traffic_add_up_days() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
DECLARE
    changed text := 'SELECT 1 AS sign, * FROM after';
BEGIN
    IF tg_op = 'UPDATE' THEN
        changed := changed || ' UNION ALL SELECT -1, * FROM before';
    END IF;
    EXECUTE format($sql$
        INSERT INTO public.traffic_contractmonth AS sums
            (tenant_id, contract_id, month, {", ".join(TREATMENTS)})
        SELECT tenant_id, contract_id, date_trunc('month', day)::date,
            {", ".join(f"sum(sign * {name})" for name in TREATMENTS)}
        FROM (%s) changed GROUP BY 1, 2, 3 ORDER BY 2, 3, 1
        ON CONFLICT ON CONSTRAINT traffic_contractmonth_once DO UPDATE SET
            {
    ", ".join(f"{name} = sums.{name} + excluded.{name}" for name in TREATMENTS)
}
    $sql$, changed);
    RETURN NULL;
END $$;
CREATE TRIGGER months_of_new AFTER INSERT ON traffic_contractday
    REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION traffic_add_up_days();
CREATE TRIGGER months_of_changed AFTER UPDATE ON traffic_contractday
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION traffic_add_up_days();
"""
# The owner is under row security too, so that is off while the sums are made. The
# triggers just made hold off whoever writes days.
FILL = f"""
ALTER TABLE traffic_contractday NO FORCE ROW LEVEL SECURITY;
ALTER TABLE traffic_contractmonth NO FORCE ROW LEVEL SECURITY;
INSERT INTO traffic_contractmonth
    (tenant_id, contract_id, month, {", ".join(TREATMENTS)})
    SELECT tenant_id, contract_id, date_trunc('month', day)::date,
        {", ".join(f"sum({name})" for name in TREATMENTS)}
    FROM traffic_contractday GROUP BY 1, 2, 3;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE traffic_contractmonth FORCE ROW LEVEL SECURITY;
ALTER TABLE traffic_contractday FORCE ROW LEVEL SECURITY;
"""
DROP = """
DROP TRIGGER months_of_changed ON traffic_contractday;
DROP TRIGGER months_of_new ON traffic_contractday;
DROP FUNCTION traffic_add_up_days();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0002_row_security"),
        ("tenants", "0004_staff_by_staff"),
        ("traffic", "0006_one_row_a_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "month",
                    models.DateField(help_text="Its first day.", verbose_name="month"),
                ),
                *(
                    (name, models.IntegerField(default=0, verbose_name=label))
                    for name, label in zip(TREATMENTS, LABELS, strict=True)
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+", to="contracts.contract",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+", to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "calls of a month",
                "verbose_name_plural": "calls by month",
                "ordering": ["month"],
                "constraints": [
                    vms_portal.kernel.data.constraints.TenantForeignKey(
                        field="contract", name="traffic_contractmonth_contract"
                    ),
                    models.UniqueConstraint(
                        fields=("contract", "month", "tenant"),
                        name="traffic_contractmonth_once",
                    ),
                ],
            },
        ),
        TenantTable(
            "traffic_contractmonth", app=READ, staff=READ, worker=WRITE, network=WRITE
        ),
        WorkerAsksOnce("traffic_contractmonth"),
        migrations.RunSQL(sql=[(ADD_UP, None)], reverse_sql=[(DROP, None)]),
        migrations.RunSQL(sql=[(FILL, None)], reverse_sql=migrations.RunSQL.noop),
    ]  # fmt: skip
