"""Commands that check, and what they answer. Knows the exit code and the JSON; not what is right."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from pluttra_publish.cli import main
from pluttra_publish.platform import IDENTITY_VARIABLE
from tests.whole.preschool import NOON, Preschool


def run(school: Preschool, command: str, *options: str) -> Result:
    environment = {IDENTITY_VARIABLE: str(school.identity), "SOURCE_DATE_EPOCH": str(int(NOON.timestamp()))}
    return CliRunner().invoke(main, [command, "--site", str(school.root), *options], env=environment)


def answered(school: Preschool, command: str = "check") -> dict[str, Any]:
    """Return what a command says with --json, and the code it exits with."""
    result = run(school, command, "--json")
    answer = json.loads(result.stdout)
    assert answer.get("exit_code", 0) == result.exit_code
    assert isinstance(answer, dict)
    return answer | {"exit_code": result.exit_code}


def without_cache(files: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out derivatives: a check may make them, and they are nobody's."""
    return {path: content for path, content in files.items() if not path.startswith("privat/cache/")}
