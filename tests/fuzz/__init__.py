"""What do bytes do to us that nobody would write? Coverage-guided, with atheris (libFuzzer)."""
