"""Migration operations that give a table its grants and row level security.

No table is readable before one of these names it: there are no default
privileges, so forgetting the operation fails closed.
"""

from collections.abc import Iterator

from django.db.migrations.operations import RunSQL

ALL = "SELECT, INSERT, UPDATE, DELETE"
READ = "SELECT"
APPEND = "SELECT, INSERT"

_SETTING = "nullif(current_setting('app.{}', true), '')::bigint"
CURRENT_TENANT = _SETTING.format("tenant")
CURRENT_USER = _SETTING.format("user")
CURRENT_EMAIL = "nullif(current_setting('app.email', true), '')"

ROLES = ("vms_app", "vms_staff", "vms_worker", "vms_network")


def worker_condition(column: str, *, once: bool = False) -> str:
    """A worker sees its tenant; all of them only when it says so.

    ``once``: the settings are subqueries, looked up for a statement, not for a row.
    """
    tenant, scope = CURRENT_TENANT, "current_setting('app.scope', true)"
    if once:
        tenant, scope = f"(SELECT {tenant})", f"(SELECT {scope})"
    return (
        f"CASE WHEN {tenant} IS NULL THEN {scope} = 'system' "
        f"ELSE {column} = {tenant} END"
    )


def _grants(table: str, grants: dict[str, str]) -> Iterator[str]:
    for role, rights in grants.items():
        if rights:
            yield f"GRANT {rights} ON {table} TO {role}"
    # The backup role exists only where the provisioning account may create it.
    yield (
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'vms_backup') "
        f"THEN GRANT SELECT ON {table} TO vms_backup; END IF; END $$"
    )


def _revokes(table: str) -> str:
    return f"REVOKE ALL ON {table} FROM {', '.join(ROLES)}"


class SharedTable(RunSQL):
    """Grants of a table whose rows belong to no tenant."""

    def __init__(
        self,
        table: str,
        *,
        app: str = READ,
        staff: str = ALL,
        worker: str = READ,
        network: str = "",
    ) -> None:
        grants = dict(zip(ROLES, (app, staff, worker, network), strict=True))
        super().__init__(
            sql=list(_grants(table, grants)), reverse_sql=[_revokes(table)]
        )


class Regrant(RunSQL):
    """Replace the rights of roles on a table, by role: (before, after).

    Rights may name columns: ``UPDATE (name, language)``.
    """

    def __init__(self, table: str, **rights: tuple[str, str]) -> None:
        super().__init__(
            sql=_replaced(table, {role: new for role, (_old, new) in rights.items()}),
            reverse_sql=_replaced(
                table, {role: old for role, (old, _new) in rights.items()}
            ),
        )


def _replaced(table: str, rights: dict[str, str]) -> str:
    roles = [f"vms_{role}" for role in rights]
    grants = [
        f"GRANT {new} ON {table} TO vms_{role}" for role, new in rights.items() if new
    ]
    return "; ".join([f"REVOKE ALL ON {table} FROM {', '.join(roles)}", *grants])


def _protected(table: str, policies: dict[str, str]) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        *(f"CREATE POLICY {n} ON {table} {p}" for n, p in policies.items()),
    ]


def _unprotected(table: str) -> list[str]:
    return [
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


class Policies(RunSQL):
    """Forced row level security with one policy per name, as SQL after ``ON table``."""

    def __init__(self, table: str, policies: dict[str, str]) -> None:
        super().__init__(
            sql=[*_protected(table, policies)],
            reverse_sql=[
                *(f"DROP POLICY {n} ON {table}" for n in policies),
                *_unprotected(table),
            ],
        )


class TenantTable(RunSQL):
    """Grants, forced row level security and one policy per role.

    ``column`` carries the tenant. ``app_also`` widens what the portal may *see*
    by an SQL condition, for rows needed before the tenant is known (a person's
    own memberships); it never widens what the portal may write.
    """

    def __init__(
        self,
        table: str,
        *,
        app: str = ALL,
        staff: str = ALL,
        worker: str = ALL,
        network: str = READ,
        column: str = "tenant_id",
        app_also: str = "",
    ) -> None:
        grants = dict(zip(ROLES, (app, staff, worker, network), strict=True))
        own = f"{column} = {CURRENT_TENANT}"
        by_worker = worker_condition(column)
        policies = {
            "app": f"TO vms_app USING ({own}) WITH CHECK ({own})",
            "staff": "TO vms_staff USING (true) WITH CHECK (true)",
            "worker": f"TO vms_worker USING ({by_worker}) WITH CHECK ({by_worker})",
            "network": "TO vms_network USING (true) WITH CHECK (true)",
        }
        if app_also:
            policies["app_also"] = f"FOR SELECT TO vms_app USING ({app_also})"
        super().__init__(
            sql=[*_protected(table, policies), *_grants(table, grants)],
            reverse_sql=[
                *(f"DROP POLICY IF EXISTS {n} ON {table}" for n in policies),
                *_unprotected(table),
                _revokes(table),
            ],
        )


class WorkerAsksOnce(RunSQL):
    """Let the worker's policy look up its settings once a statement.

    The same rule as of ``TenantTable``, for a table of which the worker reads a
    month at a time: asking at every row took half of that time.
    """

    def __init__(self, table: str, *, column: str = "tenant_id") -> None:
        once, each = worker_condition(column, once=True), worker_condition(column)
        alter = f"ALTER POLICY worker ON {table} USING ({{0}}) WITH CHECK ({{0}})"
        super().__init__(sql=alter.format(once), reverse_sql=alter.format(each))


class AppendOnlyTable(RunSQL):
    """A trigger that refuses UPDATE, DELETE and TRUNCATE, for the owner too."""

    def __init__(self, table: str) -> None:
        super().__init__(
            sql=[
                f"CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION forbid_change()",
                f"CREATE TRIGGER {table}_table_stays BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION forbid_change()",
            ],
            reverse_sql=[
                f"DROP TRIGGER {table}_table_stays ON {table}",
                f"DROP TRIGGER {table}_rows_stay ON {table}",
            ],
        )


FORBID_CHANGE = RunSQL(
    sql="""
    CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % is refused: its rows never change', tg_op, tg_table_name
            USING errcode = 'integrity_constraint_violation';
    END $$
    """,
    reverse_sql="DROP FUNCTION forbid_change()",
)


class GivenKeys(RunSQL):
    """No process gives a row its key: the table's sequence does.

    A key ahead of the sequence would refuse the rows of everybody who comes to it,
    whoever the row belongs to. Row security does not look at keys.
    """

    def __init__(self, table: str, key: str = "id") -> None:
        super().__init__(
            sql=[
                "DO $$ BEGIN EXECUTE format("
                f"'CREATE TRIGGER {table}_keys_insert BEFORE INSERT ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION key_is_given(%L, %L)', '{key}', "
                f"pg_get_serial_sequence('public.{table}', '{key}')); END $$",
                f"CREATE TRIGGER {table}_keys_update BEFORE UPDATE OF {key} ON {table} "
                f"FOR EACH ROW WHEN (NEW.{key} IS DISTINCT FROM OLD.{key}) "
                f"EXECUTE FUNCTION key_is_given('{key}')",
            ],
            reverse_sql=[
                f"DROP TRIGGER {table}_keys_{event} ON {table}"
                for event in ("insert", "update")
            ],
        )
