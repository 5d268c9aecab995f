"""The first steps of members, with their row level security."""

import django.db.models.deletion
from django.db import migrations, models

import vms_portal.kernel.data.constraints
from vms_portal.kernel.data.rls import TenantTable

STEPS = [
    ("number", "Look at a number"),
    ("simulate", "Simulate an incoming call"),
    ("divert", "Divert a number or publish a plan"),
    ("calls", "Look at yesterday's calls"),
    ("invoice", "Download an invoice"),
    ("dismissed", "List put away"),
]


class Migration(migrations.Migration):
    dependencies = [("numbers", "0002_row_security"), ("tenants", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="OnboardingStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=STEPS, max_length=10, verbose_name="step"
                    ),
                ),
                (
                    "taken_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="taken at"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.member",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "first step",
                "verbose_name_plural": "first steps",
                "constraints": [
                    vms_portal.kernel.data.constraints.TenantForeignKey(
                        field="member", name="numbers_onboarding_member"
                    ),
                    models.UniqueConstraint(
                        fields=("member", "step"), name="numbers_onboarding_step_once"
                    ),
                ],
            },
        ),
        TenantTable("numbers_onboardingstep", network=""),
    ]
