"""The sample preschool's pictures, film and sound, drawn by rule: `python -m tests.sample.draw content/`."""
