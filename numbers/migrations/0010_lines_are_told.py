"""When the administrators were told that a site rings its main line.

Of the lines there are it is not known: none counts as chosen since a number ended.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbers", "0009_last_day_of_its_own")]

    operations = [
        migrations.AddField(
            "line",
            "told_at",
            models.DateTimeField("told at", null=True, editable=False),
        )
    ]
