"""Runs commands as a person at the keyboard does. Knows click's runner, not what the commands do."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from pluttra_publish.cli import main
from pluttra_publish.platform import IDENTITY_VARIABLE
from tests.whole.preschool import NOON


class Shell:
    """Runs commands with an identity of its own, at a fixed time."""

    def __init__(self, folder: Path) -> None:
        self.identity = folder / "identity.txt"
        self.environment = {IDENTITY_VARIABLE: str(self.identity), "SOURCE_DATE_EPOCH": str(int(NOON.timestamp()))}

    def run(self, *words: object) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], env=self.environment)
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    def answer(self, *words: object) -> dict[str, object]:
        """Run a command with --json, which must go well, and return its one JSON object."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        value = json.loads(result.stdout)
        assert isinstance(value, dict)
        return value
