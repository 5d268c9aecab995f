"""What numbers share keeps its versions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vms_portal.kernel.data.rls import APPEND, READ, AppendOnlyTable, TenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('routing', '0007_mailboxes_are_destinations'),
        ('tenants', '0005_customer_in_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SharedVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('calendar', 'calendar'), ('announcement', 'announcement'), ('safety', 'safety destination'), ('callers', 'caller rules')], max_length=12, verbose_name='kind')),
                ('key', models.CharField(blank=True, max_length=60, verbose_name='short name')),
                ('sequence', models.PositiveIntegerField(verbose_name='version')),
                ('content', models.JSONField(verbose_name='content')),
                ('saved_at', models.DateTimeField(blank=True, null=True, verbose_name='saved at')),
                ('saved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'version of what numbers share',
                'verbose_name_plural': 'versions of what numbers share',
                'ordering': ['kind', 'key', '-sequence'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'kind', 'key', 'sequence'), name='routing_shared_version_once')],
            },
        ),
        TenantTable(
            "routing_sharedversion", app=APPEND, staff=READ, worker=APPEND, network=""
        ),
        AppendOnlyTable("routing_sharedversion"),
    ]
