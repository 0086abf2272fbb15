"""How do all processes of nodeviz start, stay up and stop together, without root and without Docker? `manage.py up`."""
