"""Work entered for a closed month is billed with a later one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0004_customer_in_words'),
        ('contracts', '0003_customer_in_words'),
        ('tenants', '0005_customer_in_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='oneoff',
            name='bill_in',
            field=models.DateField(blank=True, editable=False, help_text='The first day of the month.', null=True, verbose_name='billed with'),
        ),
        migrations.AddConstraint(
            model_name='oneoff',
            constraint=models.CheckConstraint(condition=models.Q(('bill_in', None), models.Q(('bill_in__day', 1), ('completed_on__lt', models.F('bill_in'))), _connector='OR'), name='billing_oneoff_put_off_to_a_month'),
        ),
    ]
