"""What a form says when it breaks a rule; the rules stay as they are."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("numbers", "0007_related_in_words")]

    operations = [
        migrations.AlterConstraint(
            model_name='geographicnumber',
            name='numbers_e164_is_geographic',
            constraint=models.CheckConstraint(condition=models.Q(('e164__regex', '^\\+32[1-9]\\d{7}$')), name='numbers_e164_is_geographic', violation_error_message='This is no geographic number of Belgium: +32 and eight digits.'),
        ),
        migrations.AlterConstraint(
            model_name='geographicnumber',
            name='numbers_released_after_activated',
            constraint=models.CheckConstraint(condition=models.Q(('released_on', None), ('released_on__gte', models.F('activated_on')), _connector='OR'), name='numbers_released_after_activated', violation_error_message='A number is not released before it is activated.'),
        ),
        migrations.AlterConstraint(
            model_name='geographicnumber',
            name='numbers_one_owner_at_a_time',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('e164', '='), (models.Func(models.F('activated_on'), models.F('released_on'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='numbers_one_owner_at_a_time', violation_error_message='This number is given out on some of these days already.'),
        ),
        migrations.AlterConstraint(
            model_name='line',
            name='numbers_one_main_line_per_site',
            constraint=models.UniqueConstraint(condition=models.Q(('is_main', True)), fields=('site',), name='numbers_one_main_line_per_site', violation_error_message='A site has one main line.'),
        ),
    ]
