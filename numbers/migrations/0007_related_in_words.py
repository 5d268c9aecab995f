"""Fields that lead to another row have their name in words; no SQL."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0003_customer_in_words"),
        ("numbers", "0006_relations_have_names"),
        ("tenants", "0016_roles_in_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="geographicnumber",
            name="contract",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.contract",
                verbose_name="contract",
            ),
        ),
        migrations.AlterField(
            model_name="geographicnumber",
            name="site",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="geographic_numbers",
                to="numbers.site",
                verbose_name="site",
            ),
        ),
        migrations.AlterField(
            model_name="historicalgeographicnumber",
            name="contract",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="contracts.contract",
                verbose_name="contract",
            ),
        ),
        migrations.AlterField(
            model_name="historicalgeographicnumber",
            name="site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="numbers.site",
                verbose_name="site",
            ),
        ),
        migrations.AlterField(
            model_name="line",
            name="site",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="numbers.site",
                verbose_name="site",
            ),
        ),
        migrations.AlterField(
            model_name="numberaccess",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="access",
                to="tenants.member",
                verbose_name="member",
            ),
        ),
        migrations.AlterField(
            model_name="numberaccess",
            name="number",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="access",
                to="numbers.geographicnumber",
                verbose_name="number",
            ),
        ),
        migrations.AlterField(
            model_name="numberaccess",
            name="site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="access",
                to="numbers.site",
                verbose_name="site",
            ),
        ),
        migrations.AlterField(
            model_name="onboardingstep",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.member",
                verbose_name="member",
            ),
        ),
        migrations.AlterField(
            model_name="onboardingstep",
            name="step",
            field=models.CharField(
                choices=[
                    ("number", "Look at a number"),
                    ("simulate", "Simulate an incoming call"),
                    ("divert", "Divert a number or publish a plan"),
                    ("calls", "Look at yesterday's calls"),
                    ("invoice", "Download an invoice"),
                    ("dismissed", "List hidden"),
                ],
                max_length=10,
                verbose_name="step",
            ),
        ),
        migrations.AlterField(
            model_name="optionperiod",
            name="number",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="option_periods",
                to="numbers.geographicnumber",
                verbose_name="number",
            ),
        ),
    ]
