from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0002_owner_and_expiry")]

    operations = [
        migrations.CreateModel(
            "BlockedText",
            [
                ("fingerprint", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
        )
    ]
