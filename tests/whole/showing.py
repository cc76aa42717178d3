"""Who may be seen on the photos of a preschool that lives, by whom, and who keeps them; by the dates and answers alone. Uses nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator

from tests.whole.answering import Moment, may_be_shown, moments
from tests.whole.histories import CHILDREN, READERS, Note, World
from tests.whole.pictures import Photo


def lacking(world: World, photo: Photo) -> set[str]:
    """The children who can be seen on a photo and may not be shown today."""
    return {child for child in photo.seen if not _may(world, child, Moment(world.today))}


def stopping(world: World) -> dict[str, set[str]]:
    """By photo, the children who stop a publish: shown to others than their own, without consent since the post's day."""
    found = {photo.file: set(_stopping(world, note, photo)) for note in world.due() for photo in note.photos}
    return {file: children for file, children in found.items() if children}


def may_see(world: World, reader: str, note: Note, child: str) -> bool:
    """Whether a reader of a post may see a child there that may not be shown: on its own page, or on one of its family's."""
    return any(world.may(reader, world.page_of(one, note)) for one in _family(world, child, note))


def keeps(world: World, reader: str, note: Note, photo: Photo) -> bool:
    """Whether a reader of a post must have a photo of it: all on it may be shown, or only one may not, and it is on that child's own page.

    Who reads the pages of several children of whom there are such photos in a post, reads it as one of them does.
    """
    children = lacking(world, photo)
    own = {
        child
        for one in note.photos
        if (child := _kept_for(world, note, one)) and world.may(reader, world.page_of(child, note))
    }
    return not children or (own == children and _kept_for(world, note, photo) in own)


def _kept_for(world: World, note: Note, photo: Photo) -> str | None:
    """The only child on a photo that may not be shown, if everybody who reads that child's page reads the post."""
    children = lacking(world, photo)
    if len(children) != 1:
        return None
    (child,) = children
    page = world.page_of(child, note)
    return child if all(world.may(reader, note) for reader in READERS if world.may(reader, page)) else None


def _may(world: World, child: str, moment: Moment) -> bool:
    return may_be_shown(world.answers, child, world.guardians(child, moment.day), moment)


def _family(world: World, child: str, note: Note) -> set[str]:
    """The children for whose families a child is no stranger: those with the same guardians, on the post's day and now."""
    days = (note.day, world.today)
    return {
        one
        for one in CHILDREN
        if one == child or all(world.guardians(one, day) == world.guardians(child, day) != set() for day in days)
    }


def _stopping(world: World, note: Note, photo: Photo) -> Iterator[str]:
    homes = note.children if note.kind == "child" else {"everybody's"}
    for child in lacking(world, photo):
        had = any(_may(world, child, moment) for moment in moments(note.day, world.today))
        if not homes <= _family(world, child, note) and not had:
            yield child
