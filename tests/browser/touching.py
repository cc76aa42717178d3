"""Fingers on a telephone's screen, through the browser's own debugging protocol. Knows no page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from playwright.sync_api import CDPSession, Locator

from tests.browser.device import Device

Point = tuple[float, float]
_STEPS = 8


def middle(place: Locator) -> Point:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def swipe(device: Device, start: Point, *stops: Point) -> None:
    """Draw one finger over the screen and lift it."""
    touch(device, *([stop] for stop in (start, *stops)))


def pinch(device: Device, at: Point, before: float, after: float) -> None:
    """Move two fingers from so many pixels apart to others."""
    x, y = at
    touch(device, *([(x - apart / 2, y), (x + apart / 2, y)] for apart in (before, after)))


def tap_twice(device: Device, at: Point) -> None:
    for _ in range(2):
        touch(device, [at])
        device.page.wait_for_timeout(60)


def touch(device: Device, *stops: Iterable[Point]) -> None:
    """Put fingers down at the first stop, move them to each of the others in steps, and lift them."""
    session, held = device.cdp(), [list(stop) for stop in stops]
    _send(session, "touchStart", held[0])
    for start, end in pairwise(held):
        for step in range(1, _STEPS + 1):
            share = step / _STEPS
            now = [(a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in zip(start, end, strict=True)]
            _send(session, "touchMove", now)
            device.page.wait_for_timeout(16)
    _send(session, "touchEnd", [])
    session.detach()


def _send(session: CDPSession, kind: str, fingers: list[Point]) -> None:
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
