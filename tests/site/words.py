"""The interface's words as the publisher renders them, and as whoever translates finds them. Knows the theme's templates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pluttra_publish.resources import theme_folder
from pluttra_publish.site.languages import Language, read_languages, speaking, teach

HOUSE = Path(__file__).parents[2]


def languages() -> dict[str, Language]:
    return read_languages((theme_folder(),))


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(theme_folder() / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(env)
    return env


def words_in(language: Language) -> str:
    """What the template "words" of the shell holds, JSON."""
    context: dict[str, Any] = {"plurals": language.steps, "dates": language.calendar}
    with speaking(language):
        page = environment().get_template("reader/words.html").render(context)
    match = re.search(r'<template id="words">(.*)</template>', page, re.DOTALL)
    assert match
    return match[1]


def every_languages_words() -> dict[str, str]:
    return {code: words_in(language) for code, language in languages().items()}


def said_in_templates() -> set[str | tuple[str, str]]:
    """Every text of the templates, and plurals as pairs: what `make words` would find."""
    with (HOUSE / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    keywords: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for name, places in re.findall(r"-k (\w+)(?::([\d,]+))?", makefile):
        keywords[name] = tuple(int(place) for place in places.split(",")) if places else None
    found = extract_from_dir(HOUSE, methods, options, keywords=keywords)
    return {message[2] for message in found}


def same_as_swedish() -> set[tuple[str, str]]:
    """(language, text) of what may be as in Swedish."""
    lines = (theme_folder() / "translations" / "same.txt").read_text(encoding="utf-8").splitlines()
    return {(line.partition(" ")[0], line.partition(" ")[2]) for line in lines if line and not line.startswith("#")}
