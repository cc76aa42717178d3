"""The commands. The only place that prints or exits. Knows the pipeline's entry points, not its insides."""

from pluttra_publish.cli.commands import main

__all__ = ["main"]
