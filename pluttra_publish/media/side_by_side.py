"""Many sources to derivatives, on as many cores as the caller's executor has. Knows what needs much memory. Makes nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, as_completed, wait
from contextlib import closing, contextmanager
from pathlib import Path

from pluttra_publish.errors import ContentError
from pluttra_publish.media.kinds import STANDARD, STOPPED, UNEDITED, CrowdedError, Derived, Edit, Kind, Recipe, kind_of

Task = Future[Derived | ContentError | None]

Progress = Callable[[Kind, int, int], None]
"""`progress(kind, done, total)`: how many of a kind have been seen to."""


def derive_all(
    sources: Mapping[Path, Edit],
    *,
    cache: Path,
    recipe: Recipe = STANDARD,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict[Path, Derived | ContentError]:
    """Derive every source with its edit, in the executor if there is one; return results and errors in their order.

    Every source must say its edit, `UNEDITED` for none, so that no mask is forgotten. What needs much memory is made last, one
    at a time. `progress` is called in the caller's thread, first of all and after each one. When this is interrupted,
    everything that was made stays made, and what was waiting is given up.
    """
    tell = _Tally(sources, progress or (lambda kind, done, total: None))
    found: dict[Path, Derived | ContentError] = {}
    for alone in (False, True):
        left = {source: edit for source, edit in sources.items() if source not in found}
        with closing(_attempts(left, cache, recipe, executor, alone)) as attempts:
            for source, result in attempts:
                if result is not None:
                    found[source] = result
                    tell.one_more(source)
    return {source: found[source] for source in sources}


def attempt(
    source: Path, cache: Path, edit: Edit = UNEDITED, recipe: Recipe = STANDARD, alone: bool = True
) -> Derived | ContentError | None:
    """Derive one source and return the error instead of raising it, so that one broken photo doesn't hide the next.

    Returns None if it must be made alone, and isn't.
    """
    from pluttra_publish.media.deriving import derive  # noqa: PLC0415 # see the folder's __getattr__

    try:
        return derive(source, cache=cache, edit=edit, recipe=recipe, alone=alone)
    except ContentError as error:
        return error
    except CrowdedError:
        return None


def _attempts(
    sources: Mapping[Path, Edit], cache: Path, recipe: Recipe, executor: Executor | None, alone: bool
) -> Generator[tuple[Path, Derived | ContentError | None]]:
    """Yield what became of every source as it is done: side by side, or each when the one before is done."""
    if executor is None:
        for source, edit in sources.items():
            yield source, attempt(source, cache, edit, recipe, alone)
    elif alone:
        for source, edit in sources.items():
            with _stopping(executor.submit(attempt, source, cache, edit, recipe, alone)) as (task,):
                yield source, task.result()
    else:
        tasks = {
            executor.submit(attempt, source, cache, edit, recipe, False): source for source, edit in sources.items()
        }
        with _stopping(*tasks):
            for task in as_completed(tasks):
                yield tasks[task], task.result()


@contextmanager
def _stopping(*tasks: Task) -> Iterator[tuple[Task, ...]]:
    """Give tasks; when whoever waits for them is interrupted, give up those that wait and stop those that are at it."""
    try:
        yield tasks
    finally:
        running = [task for task in tasks if not task.cancel() and not task.done()]
        if running:
            STOPPED.set()
            wait(running)
            STOPPED.clear()


class _Tally:
    """Counts what is done of each kind, and says so."""

    def __init__(self, sources: Iterable[Path], tell: Progress) -> None:
        self._kinds = {source: kind_of(source.name) or "photo" for source in sources}
        self._totals, self._done, self._tell = Counter(self._kinds.values()), Counter[Kind](), tell
        for kind, total in self._totals.items():
            tell(kind, 0, total)

    def one_more(self, source: Path) -> None:
        kind = self._kinds[source]
        self._done[kind] += 1
        self._tell(kind, self._done[kind], self._totals[kind])
