"""What was credited of a closed month that was billed too much."""

import django.db.models.deletion
from django.db import migrations, models

import vms_portal.kernel.data.constraints
from vms_portal.kernel.data.rls import APPEND, READ, AppendOnlyTable, TenantTable

TABLE = "billing_correction"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0015_orders_keep_their_day"),
        ("contracts", "0004_least_rights"),
        ("traffic", "0012_months_with_moved_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "calls_billed",
                    models.PositiveIntegerField(verbose_name="calls billed"),
                ),
                (
                    "calls_correct",
                    models.PositiveIntegerField(verbose_name="correct calls"),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=14,
                        verbose_name="billed too much, excl. VAT",
                    ),
                ),
                (
                    "last_day",
                    models.DateField(blank=True, null=True, verbose_name="due until"),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True,
                        verbose_name="minimum due",
                    ),
                ),
                ("credited_at", models.DateTimeField(verbose_name="credited at")),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections", to="contracts.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+", to="tenants.tenant",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction of a closed month",
                "verbose_name_plural": "corrections of closed months",
                "ordering": ["-credited_at", "-pk"],
                "constraints": [
                    vms_portal.kernel.data.constraints.TenantForeignKey(
                        field="contract", name="billing_correction_contract"
                    ),
                    models.UniqueConstraint(
                        fields=("contract", "month", "number"),
                        name="billing_correction_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(amount__gt=0)
                        | models.Q(
                            amount=0, last_day__isnull=False, minimum__isnull=False
                        ),
                        name="billing_correction_credits",
                    ),
                ],
            },
        ),
        TenantTable(TABLE, app=READ, staff=APPEND, worker=READ, network=""),
        AppendOnlyTable(TABLE),
    ]  # fmt: skip
