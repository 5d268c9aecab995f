"""A contract's day is one row with a field for each treatment.

By treatment and outcome it was four rows and more, which a month close had to add
up; nothing reads a day's outcomes.
"""

from django.db import migrations, models

TREATMENTS = "direct", "rerouted", "refused", "test"
LABELS = "Direct", "Rerouted", "Refused", "Test"

# The owner is under row security too, so that is off while the rows move.
MERGE = f"""
ALTER TABLE traffic_contractday NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE merged ON COMMIT DROP AS
    SELECT tenant_id, contract_id, day, {", ".join(
        f"coalesce(sum(calls) FILTER (WHERE treatment = '{name}'), 0) AS {name}"
        for name in TREATMENTS
    )}
    FROM traffic_contractday GROUP BY tenant_id, contract_id, day;
DELETE FROM traffic_contractday;
ALTER TABLE traffic_contractday
    DROP CONSTRAINT traffic_contractday_once,
    DROP COLUMN treatment, DROP COLUMN outcome, DROP COLUMN calls,
    {", ".join(
        f"ADD COLUMN {name} integer NOT NULL CHECK ({name} >= 0)"
        for name in TREATMENTS
    )},
    ADD CONSTRAINT traffic_contractday_once UNIQUE (contract_id, day, tenant_id);
INSERT INTO traffic_contractday
    (tenant_id, contract_id, day, {", ".join(TREATMENTS)}) TABLE merged;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE traffic_contractday FORCE ROW LEVEL SECURITY;
"""
# The outcomes are only in the calls, so the sums are made of them again.
SPLIT = f"""
ALTER TABLE traffic_contractday NO FORCE ROW LEVEL SECURITY;
ALTER TABLE traffic_callrecord NO FORCE ROW LEVEL SECURITY;
DELETE FROM traffic_contractday;
ALTER TABLE traffic_contractday
    DROP CONSTRAINT traffic_contractday_once,
    {", ".join(f"DROP COLUMN {name}" for name in TREATMENTS)},
    ADD COLUMN treatment varchar(8) NOT NULL,
    ADD COLUMN outcome varchar(12) NOT NULL,
    ADD COLUMN calls integer NOT NULL CHECK (calls >= 0),
    ADD CONSTRAINT traffic_contractday_once
        UNIQUE (contract_id, day, treatment, outcome, tenant_id);
INSERT INTO traffic_contractday
    (tenant_id, contract_id, day, treatment, outcome, calls)
    SELECT tenant_id, contract_id, (started_at AT TIME ZONE 'Europe/Brussels')::date,
        treatment, outcome, count(*)
    FROM traffic_callrecord GROUP BY 1, 2, 3, 4, 5;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE traffic_callrecord FORCE ROW LEVEL SECURITY;
ALTER TABLE traffic_contractday FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("traffic", "0005_worker_asks_once")]

    operations = [
        migrations.RunSQL(
            sql=[(MERGE, None)],
            reverse_sql=[(SPLIT, None)],
            state_operations=[
                migrations.RemoveConstraint("contractday", "traffic_contractday_once"),
                *(
                    migrations.RemoveField("contractday", name)
                    for name in ("treatment", "outcome", "calls")
                ),
                *(
                    migrations.AddField(
                        "contractday", name,
                        models.PositiveIntegerField(label, default=0),
                    )
                    for name, label in zip(TREATMENTS, LABELS, strict=True)
                ),
                migrations.AddConstraint(
                    "contractday",
                    models.UniqueConstraint(
                        fields=["contract", "day", "tenant"],
                        name="traffic_contractday_once",
                    ),
                ),
            ],
        )
    ]  # fmt: skip
