"""Which photos a child's guardians may save, where the preschool lets them. Pure: knows who is on each photo. Does not know who reads."""

from __future__ import annotations

from pluttra_publish.errors import Findings
from pluttra_publish.plan import PlannedPost
from pluttra_publish.register import Register
from pluttra_publish.site import PhotoView, PostView
from pluttra_publish.who_is_on import who_is_on


def may_be_saved(planned: PlannedPost, view: PostView, child: str, register: Register) -> tuple[int, ...]:
    """Return the number in the post's media (docs/format.md §7) of the widest of each photo that `child` is on, unmasked.

    A photo that says nothing shows the children of its post, as for consents.
    """
    on_media = who_is_on(
        (planned,), register, Findings()
    )  # what is wrong with a name has been told when it was planned
    numbers = []
    for file in planned.post.media:
        shown, on = view.media[file.name], on_media[file.path]
        if isinstance(shown, PhotoView) and child in on.children and child not in on.masked:
            numbers.append(int(shown.sources[-1][0].rpartition("/")[2]))
    return tuple(numbers)
