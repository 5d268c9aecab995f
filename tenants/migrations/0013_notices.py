"""Mails that are sent once: the row is made in the transaction of the act."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vms_portal.kernel.data.rls import TenantTable


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_failed_work")]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False,
                    verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("about", models.BigIntegerField()),
                ("address", models.CharField(
                    blank=True, max_length=254, verbose_name="e-mail address")),
                ("language", models.CharField(
                    choices=[("fr", "French"), ("nl", "Dutch"), ("de", "German"), ("en", "English")], max_length=2, verbose_name="language")),
                ("detail", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(verbose_name="asked for at")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("refused_at", models.DateTimeField(
                    null=True, verbose_name="refused at")),
                ("problem", models.TextField(blank=True, verbose_name="problem")),
                ("person", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT,
                    related_name="+", to=settings.AUTH_USER_MODEL,
                    verbose_name="person")),
                ("tenant", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+",
                    to="tenants.tenant", verbose_name="customer")),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        fields=["about", "kind"], name="tenants_notice_about"),
                    models.Index(
                        condition=models.Q(("refused_at", None), ("sent_at", None)),
                        fields=["created_at"], name="tenants_notice_unsent"),
                ],
            },
        ),
        TenantTable("tenants_notice", app="", network=""),
    ]
