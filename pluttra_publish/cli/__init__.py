"""The commands. The only place that prints or exits. Knows the pipeline's entry points, not its insides."""

from pluttra_publish.cli.swedish import speak_swedish

speak_swedish()  # first: commands take words for what can be filled in when they are made

from pluttra_publish.cli.commands import main  # noqa: E402

__all__ = ["main"]
