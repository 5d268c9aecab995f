"""Keys of calls are compared byte by byte, and a tenant's calls indexed as they come.

A language's order costs several times as much per comparison and means nothing for
identifications; ingest also relies on Python and the database agreeing on it. An
index in ascending order grows at its end, and is read backwards just as well.
"""

from django.db import migrations, models

KEYS = """
ALTER TABLE {table}
    ALTER COLUMN source TYPE varchar(40) COLLATE {collation},
    ALTER COLUMN call_id TYPE varchar(200) COLLATE {collation}
"""
INDEX = """
DROP INDEX traffic_callrecord_by_{name};
CREATE INDEX traffic_callrecord_by_{name}
    ON traffic_callrecord ({name}_id, started_at {direction})
"""


def compare(collation: str) -> str:
    tables = "traffic_callrecord", "traffic_quarantinedrecord"
    return ";".join(KEYS.format(table=t, collation=collation) for t in tables)


def index(direction: str) -> str:
    return ";".join(
        INDEX.format(name=name, direction=direction) for name in ("tenant", "number")
    )


def altered(name: str, length: int, label: str) -> list:
    field = models.CharField(label, max_length=length, db_collation="C")
    models_ = "callrecord", "quarantinedrecord"
    return [migrations.AlterField(model, name, field) for model in models_]


class Migration(migrations.Migration):
    dependencies = [("traffic", "0003_row_security")]

    operations = [
        # One statement a table: each rebuilds the indexes.
        migrations.RunSQL(
            compare('"C"'), compare('pg_catalog."default"'),
            state_operations=[
                *altered("source", 40, "recorded by"), *altered("call_id", 200, "call"),
            ],
        ),
        migrations.RunSQL(index("ASC"), index("DESC")),
    ]  # fmt: skip
