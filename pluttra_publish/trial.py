"""A trial that answers: while it is shown, what is sent from it is taken in and published. Knows the inbox and the pipeline. Does not know what is shown.

A preschool of one's own does that with `pluttra watch`, which also follows its folders.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import PluttraError
from pluttra_publish.inbox import empty_all
from pluttra_publish.settings import Settings

_PAUSE = 1.0  # seconds


@contextmanager
def answering(settings: Settings, *, identity: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Look in the drop box every second while the context lasts; `tell` hears, without a name, what came and what hinders it."""
    if not settings.drop.is_on:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_look, args=(settings, identity, tell, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _look(settings: Settings, identity: Path, tell: Callable[[str], None], over: threading.Event) -> None:
    said = ""
    while not over.wait(_PAUSE):
        try:
            emptied = empty_all(settings, identity=identity)
            if emptied.came or emptied.refused:
                tell(emptied.text)
                pipeline.publish(settings, identity=identity, hold_back=True)
            said = ""
        except PluttraError as wrong:
            if str(wrong) != said:
                tell(f"{wrong} {wrong.hint}".rstrip())
            said = str(wrong)
