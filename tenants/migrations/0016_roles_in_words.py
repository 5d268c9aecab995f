"""The role that sends calls elsewhere is no longer called as the company; no SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0015_names_for_the_back_office"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("admin", "Administrator"),
                    ("editor", "Editor"),
                    ("operator", "Dispatcher"),
                    ("finance", "Finance"),
                    ("viewer", "Viewer"),
                ],
                max_length=10,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="member",
            name="role",
            field=models.CharField(
                choices=[
                    ("admin", "Administrator"),
                    ("editor", "Editor"),
                    ("operator", "Dispatcher"),
                    ("finance", "Finance"),
                    ("viewer", "Viewer"),
                ],
                max_length=10,
                verbose_name="role",
            ),
        ),
    ]
