"""Pelican fails open; here it can't.

Holds Pelican's global state still during one run, and hears everything it complains about. Knows Pelican's signals and
logging. Does not know posts.
"""

from __future__ import annotations

import locale
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_LOGGER_CLASS, _ROOT_CLASS = logging.getLoggerClass(), logging.getLogger().__class__

import pelican.log  # noqa: E402 # importing it makes every logger of the program drop repeated warnings; undone below
from blinker import Signal  # noqa: E402
from pelican.contents import Content  # noqa: E402
from pelican.plugins import signals  # noqa: E402

logging.setLoggerClass(_LOGGER_CLASS)
logging.getLogger().__class__ = _ROOT_CLASS

EXPECTED = frozenset({"Empty alt attribute for image %s in %s"})  # we say it ourselves, with a mend

_SIGNALS: tuple[Signal, ...] = tuple(value for value in vars(signals).values() if isinstance(value, Signal))


@dataclass(frozen=True)
class Alarm:
    """Something Pelican or a plugin warned of and went on. `what` is the unfilled message, so it names no person."""

    logger: str
    what: str
    error: str

    def __str__(self) -> str:
        return f"{self.logger}: {self.what}" + (f" ({self.error})" if self.error else "")


class _Ear(logging.Handler):
    """Reports warnings and worse; prints nothing."""

    def __init__(self, heard: Callable[[Alarm], None]) -> None:
        super().__init__(logging.WARNING)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, str) and record.msg in EXPECTED:
            return
        what = record.msg if isinstance(record.msg, str) and record.args else "en varning utan mall"
        if isinstance(record.args, tuple) and what.startswith(("Cannot register plugin", "Cannot load plugin")):
            what = what.splitlines()[0] % record.args[:1]
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        self._heard(Alarm(record.name, what, error))


@contextmanager
def contained(plugins: tuple[str, ...], heard: Callable[[Alarm], None]) -> Iterator[None]:
    """Run Pelican with no receivers but those connected inside; `heard` gets every warning of Pelican and `plugins`.

    Signals, logging, the module path, the locale and Pelican's console are afterwards as they were.
    """
    with _quiet_signals(), _listening(plugins, heard):
        path, place = list(sys.path), locale.setlocale(locale.LC_ALL)
        loud, pelican.log.console.quiet = pelican.log.console.quiet, True
        try:
            yield
        finally:
            sys.path[:] = path
            locale.setlocale(locale.LC_ALL, place)
            pelican.log.console.quiet = loud
            for remembered in ("get_content", "get_summary"):
                vars(Content)[remembered].cache.clear()  # kept for the life of the program otherwise, text and all


@contextmanager
def _quiet_signals() -> Iterator[None]:
    kept = [(signal, dict(signal.__dict__)) for signal in _SIGNALS]
    for signal in _SIGNALS:
        Signal.__init__(signal, signal.__doc__)  # afresh in place, since modules hold on to the signal itself
    try:
        yield
    finally:
        for signal, state in kept:
            signal.__dict__.clear()
            signal.__dict__.update(state)


@contextmanager
def _listening(plugins: tuple[str, ...], heard: Callable[[Alarm], None]) -> Iterator[None]:
    ear = _Ear(heard)
    names = ["pelican", *(name.partition(".")[0] for name in plugins)]
    known = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in names]
    loggers = {name: logging.getLogger(name) for name in {*names, *known}}
    kept = {name: (log.level, log.propagate, log.disabled, list(log.handlers)) for name, log in loggers.items()}
    silenced, logging.root.manager.disable = logging.root.manager.disable, 0
    fatal, pelican.log.FatalLogger.fatal_lvl = pelican.log.FatalLogger.fatal_lvl, logging.CRITICAL + 1
    pelican.log.LimitLogger.limit_filter.filter = _all
    for name, log in loggers.items():
        top = name in names
        log.handlers[:] = [ear] if top else []
        log.propagate, log.disabled = not top, False
        log.setLevel(logging.WARNING if top else logging.NOTSET)
    try:
        yield
    finally:
        del pelican.log.LimitLogger.limit_filter.filter
        pelican.log.FatalLogger.fatal_lvl = fatal
        logging.root.manager.disable = silenced
        for name, (level, propagate, disabled, listeners) in kept.items():
            log = loggers[name]
            log.handlers[:] = listeners
            log.propagate, log.disabled = propagate, disabled
            log.setLevel(level)


def _all(record: logging.LogRecord) -> bool:
    """Let a record through that Pelican would drop because it has warned of the same before."""
    return bool(record)
