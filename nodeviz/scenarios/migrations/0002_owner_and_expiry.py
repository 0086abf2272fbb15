from django.db import migrations, models


def keep_old_links(apps, schema_editor):
    """They were made when every link was kept for ever, and nobody has a token for them."""
    scenarios = apps.get_model("scenarios", "Scenario").objects
    scenarios.filter(shared=None).update(shared=models.F("created"))


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0001_initial")]

    operations = [
        migrations.AddField("scenario", "last_opened", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("scenario", "owner_sha256", models.CharField(blank=True, default="", editable=False, max_length=64)),
        migrations.AddField("scenario", "shared", models.DateTimeField(editable=False, null=True)),
        migrations.RunPython(keep_old_links, migrations.RunPython.noop),
    ]
