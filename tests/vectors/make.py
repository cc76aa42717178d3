"""Makes every vector file: `python -m tests.vectors.make`. Deterministic; tests/sealing/test_vectors.py says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import arriving, basics, chained, contents, sealed, way_back

HERE = Path(__file__).parent

FILES: dict[str, Callable[[], str]] = {
    "kdf.json": basics.kdf_file,
    "padded-lengths.json": basics.padded_lengths_file,
    "padding.json": basics.padding_file,
    "canonical.json": basics.canonical_file,
    "b64.json": basics.b64_file,
    "link.json": basics.link_file,
    "sealed.json": sealed.sealed_file,
    "objects.json": sealed.objects_file,
    "references.json": sealed.references_file,
    "ranges.json": sealed.ranges_file,
    "values.json": contents.values_file,
    "row.json": chained.row_file,
    "index.json": chained.index_file,
    "catalogue.json": chained.catalogue_file,
    "slot.json": chained.slot_file,
    "keyring.json": arriving.keyring_file,
    "invitation.json": arriving.invitation_file,
    "root.json": arriving.root_file,
    "messages.json": way_back.messages_file,
    "letterbox.json": way_back.letterbox_file,
}


def main() -> None:
    """Write every file."""
    for name, make in FILES.items():
        (HERE / name).write_text(make(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
