"""What is asked of the host for one new post: as much whatever the number of posts and families."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pluttra_publish.hosts import FolderHost
from tests.whole.preschool import Preschool


def asked_for_one_post(school: Preschool, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Publish, add a post, publish again, and return the verbs that the host was asked with, in no order."""
    school.publish()
    school.post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    asked: list[str] = []
    with monkeypatch.context() as patch:
        for verb in ("put", "get", "list", "delete", "copy", "settle", "sweep", "strangers"):
            real = getattr(FolderHost, verb)

            def ask(*given: object, real: Callable[..., object] = real, verb: str = verb) -> object:
                asked.append(verb)
                return real(*given)

            patch.setattr(FolderHost, verb, ask)
        school.later(hours=1).publish()
    return sorted(asked)


def test_one_new_post_asks_as_much_of_the_host_in_a_large_archive_as_in_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Preschool(tmp_path / "small").write_posts()
    large = Preschool(tmp_path / "large").write_posts()
    for number in range(12):
        child, guardian = f"barn{number}", f"vh{number}"
        large.tables["barn"].append([child, f"Barn{number}", "Ek", "nej"])
        large.tables["vardnadshavare"].append([guardian, f"Vuxen{number}", "Ek", f"v{number}@example.se", "sv", "nej"])
        large.tables["relationer"].append([child, guardian, "2023-01-01", ""])
        large.tables["placeringar"].append([child, "solrosen", "2024-08-19", ""])
    for number in range(1, 28):
        large.post(f"Solrosen/2026-10-{number:02} Dag {number}", f"Dag {number}.\n")
        large.post(f"Blåklockan/2026-09-{number:02} Dag {number}", f"Dag {number}.\n")
    asked = asked_for_one_post(small, monkeypatch)
    assert asked == asked_for_one_post(large, monkeypatch)
    assert "list" not in asked
    assert len(asked) <= 30
