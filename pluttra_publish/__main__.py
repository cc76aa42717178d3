"""`python -m pluttra_publish` is `pluttra`."""

from pluttra_publish.cli import main

main(prog_name="pluttra")
