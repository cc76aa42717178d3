"""`python -m pluttra_publish` is `pluttra`."""

import gc

gc.disable()  # until it is known which command it is: a twentieth of a publish goes to looking for cycles in what is all in use

from pluttra_publish.cli import main  # noqa: E402


def run() -> None:
    main(prog_name="pluttra")


if __name__ == "__main__":
    run()
