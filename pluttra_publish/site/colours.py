"""A preschool's one colour to the accents of the theme, so that text in it and on it is always readable. Pure. Knows no files.

Hue and strength are kept and the lightness is moved, in OKLCH, where equal steps look equal. Contrast is that of WCAG 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

LIGHT_GROUNDS = ("#fbf7ef", "#f3ecdf")
DARK_GROUNDS = ("#1b1815", "#26221d")
"""Paper and sheet of style.css: what the accent stands on as text, and under which paper is text on a button."""

ENOUGH = 4.5
"""WCAG 2.1 AA for text of any size."""

_MARGIN = 0.02
_STEPS = 400

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Accents:
    """The accent in light and in dark, as #rrggbb. `moved` tells that the preschool's own colour was too light to be read on paper."""

    light: str
    dark: str
    moved: bool = False


def accents_of(colour: str) -> Accents:
    """Return the accents of a colour written as #rrggbb: in light and dark, the nearest lightness that reaches 4.5:1."""
    light = _readable(colour, LIGHT_GROUNDS, darker=True)
    return Accents(light, _readable(colour, DARK_GROUNDS, darker=False), light != colour.lower())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: str, grounds: tuple[str, ...], *, darker: bool) -> str:
    lightness, a, b = _oklab(_rgb(colour))
    end = 0.0 if darker else 1.0
    for step in range(_STEPS + 1):
        tried = colour.lower() if not step else _hex(lightness + (end - lightness) * step / _STEPS, a, b)
        if all(contrast(tried, ground) >= ENOUGH + _MARGIN for ground in grounds):
            return tried
    raise AssertionError("black and white are readable on paper")


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _luminance(rgb: Rgb) -> float:
    red, green, blue = map(_linear, rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(rgb: Rgb) -> Rgb:
    """Return OKLab of an sRGB colour (Björn Ottosson's matrices)."""
    red, green, blue = map(_linear, rgb)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(lightness: float, a: float, b: float) -> str:
    """Return the colour of that lightness and hue, as strong as a screen can show it."""
    for step in range(21):
        strength = 1 - step / 20
        parts = _from_oklab(lightness, a * strength, b * strength)
        if all(-0.002 <= part <= 1.002 for part in parts):
            break
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, part)))):02x}" for part in parts)


def _from_oklab(lightness: float, a: float, b: float) -> Rgb:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
