"""Published bytes against the bytes of the derivatives, and whether they grow with the families. Opens the site as the principal does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.preschool import DEPARTMENTS, Preschool, make_preschool, write_album
from pluttra_publish.format.layout import object_path
from pluttra_publish.open import host_of, open_site
from pluttra_publish.publish import invite, publish
from pluttra_publish.resources import sample_folder

_FEW, _MANY = 10, 150
_FILMS = (".mp4", ".mov", ".m4a", ".mp3")


@dataclass(frozen=True)
class _Weighed:
    """Bytes on the host: of sealed media, of what was sealed in them, and of everything."""

    media: int
    derived: int
    everything: int
    objects: int


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield how much longer sealed media are than their derivatives, and the same media's growth from few families to many."""
    first = _make(folder / str(_FEW), _FEW, photos=2 if quick else 6)
    few = _weigh(first)
    many = _weigh(_make(folder / str(_MANY), _MANY, first))
    yield Figure(
        name="published-media-bytes",
        figure=round(many.media / many.derived, 4),
        unit="× derivatives' bytes",
        wanted=1.05,
        raw=f"{many.objects} media: {many.media / 1e6:.2f} MB sealed of {many.derived / 1e6:.2f} MB; "
        f"the whole site {many.everything / 1e6:.2f} MB",
    )
    yield Figure(
        name="published-media-bytes-by-families",
        figure=round(many.media / few.media, 4),
        unit=f"× from {_FEW} to {_MANY} guardians",
        wanted=1.0,
        raw=f"{few.media:,} and {many.media:,} bytes of media; the rest {(few.everything - few.media) / 1e6:.2f} "
        f"and {(many.everything - many.media) / 1e6:.2f} MB",
    )


def _make(folder: Path, guardians: int, like: Preschool | None = None, *, photos: int = 0) -> Preschool:
    """Make a preschool; its posts, and what was derived of them, are those of `like` if there is one."""
    preschool = make_preschool(folder, departments=4, children=max(5, guardians // 2), guardians=guardians)
    settings = preschool.settings
    if like is not None:
        shutil.copytree(like.settings.posts, settings.posts, dirs_exist_ok=True)
        shutil.copytree(like.settings.state / "cache", settings.state / "cache")
        return preschool
    for number, department in enumerate(DEPARTMENTS):
        day = date.today() - timedelta(days=3 + 20 * number)
        write_album(settings.posts / department, photos, title="Vi var ute", day=day, seed=number + 10)
    written = settings.posts / "forskolan" / f"{date.today() - timedelta(days=2)} Film och ljud"
    written.mkdir(parents=True)
    for source in sorted(sample_folder().rglob("*")):
        if source.suffix.lower() in _FILMS:
            shutil.copy(source, written / source.name)
    return preschool


def _weigh(preschool: Preschool) -> _Weighed:
    settings, identity = preschool.settings, preschool.identity
    publish(settings, identity=identity)
    public = settings.host.path
    on_host = {path.relative_to(public).as_posix(): path.stat().st_size for path in public.rglob("*") if path.is_file()}
    invited = invite(settings, "r", valid_for=timedelta(days=1), identity=identity)
    opened = open_site(invited.url, host_of(invited.url, str(public)))
    media = {medium.name: medium.length for seen in opened.posts for medium in seen.card.media}
    return _Weighed(
        media=sum(on_host[object_path(name)] for name in media),
        derived=sum(media.values()),
        everything=sum(on_host.values()),
        objects=len(media),
    )
