"""A foreign key that carries the tenant, as a constraint migrations understand."""

from typing import Any, Self

from django.db import models
from django.db.backends.ddl_references import Statement, Table


class TenantForeignKey(models.BaseConstraint):
    """``(tenant_id, <field>_id)`` must exist as ``(tenant_id, id)`` of the target.

    PostgreSQL checks foreign keys without row level security, so a plain key
    would accept another tenant's row. The field itself is declared with
    ``db_constraint=False``; the target model needs ``tenant_key()``.
    """

    def __init__(self, *, field: str, name: str, **options: Any) -> None:
        super().__init__(name=name, **options)
        self.field = field

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        field = model._meta.get_field(self.field)
        return Statement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(own)s) "
            "REFERENCES %(target)s (%(key)s) DEFERRABLE INITIALLY DEFERRED",
            table=Table(model._meta.db_table, quote),
            name=quote(self.name),
            own=f"{quote('tenant_id')}, {quote(field.column)}",
            target=quote(field.related_model._meta.db_table),
            key=f"{quote('tenant_id')}, {quote('id')}",
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # Never inline: the target may be created later in the same migration.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, quote),
            name=quote(self.name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to do in Python: the database decides at commit."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantForeignKey) and (self.name, self.field) == (
            other.name,
            other.field,
        )

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "field": self.field}

    def clone(self) -> Self:
        return type(self)(field=self.field, name=self.name)


def tenant_key(table: str) -> models.UniqueConstraint:
    """The key that tenant-carrying foreign keys point at."""
    return models.UniqueConstraint(
        fields=["tenant", "id"], name=f"{table}_tenant_and_id"
    )
