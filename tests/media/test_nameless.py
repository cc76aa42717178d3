"""A file whose name does not say what it is: the mend never deletes a real photo."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import ContentError
from pluttra_publish.media import probe
from tests.media import making


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (making.photo(), ".jpg"),
        (making.photo("PNG"), ".png"),
        (making.photo("HEIF"), ".heic"),
        (b"\0\0\0\x20ftypisom" + bytes(20), ".mp4"),
        (b"\0\0\0\x14ftypqt  " + bytes(20), ".mov"),
        (b"\0\0\0\x1cftypM4A " + bytes(20), ".m4a"),
        (b"ID3\x04" + bytes(20), ".mp3"),
    ],
    ids=["jpeg", "png", "heic", "mp4", "mov", "m4a", "mp3"],
)
@pytest.mark.parametrize(("name", "stem"), [("IMG_0412", "IMG_0412"), ("kl. 14 ute.xyz", "kl. 14 ute"), ("kl. 14", "kl. 14")])  # fmt: skip
def test_it_is_said_what_to_call_it(tmp_path: Path, content: bytes, suffix: str, name: str, stem: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ContentError) as refused:
        probe(tmp_path / name)
    assert f"Döp om filen till ”{stem}{suffix}”" in refused.value.hint
    assert "Ta bort" not in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"hej", b"%PDF-1.7"])
def test_what_looks_like_nothing_is_to_get_its_suffix_or_to_be_moved(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lista").write_bytes(content)
    with pytest.raises(ContentError, match="varken bild") as refused:
        probe(tmp_path / "lista")
    assert ".jpg, .mp4 eller .m4a" in refused.value.hint
    assert "Ta bort" not in refused.value.hint
