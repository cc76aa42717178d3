"""What families write: of something at home, and in answer to a post. It waits in `inkommet/`, and becomes a post when one of the staff says so. Knows who may, and what a post is made of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pluttra_publish.approvals import read_posts
from pluttra_publish.errors import ContentError, PluttraError, UsageError
from pluttra_publish.inbox import filing
from pluttra_publish.inbox.desk import LONGEST_TITLE, Applied, Arrived, Desk, text_in
from pluttra_publish.inbox.filing import Filed, Paper
from pluttra_publish.inbox.known_posts import home_of
from pluttra_publish.inbox.post_folder import Medium, PhonePost, one_line, put_post
from pluttra_publish.inbox.posts import LARGEST, home_folder
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.media import probe, suffix_of
from pluttra_publish.platform import telling
from pluttra_publish.register import Audience, Child, Reader, children_of

MOST_PHOTOS = 20
_HOW = "Lägg ut det på barnets sida: pluttra inbox approve {id}\nLägg undan det: pluttra inbox dismiss {id}"
_ONLY_READ = "Det här svaret går bara att läsa. Lägg undan det när ni har läst det: pluttra inbox dismiss {id}"


def apply_observation(desk: Desk, arrived: Arrived) -> Applied:
    """File what a guardian tells of something at home.

    Raises:
        RefusedError: shape; may-not, if the sender is not the child's guardian today; media, if a file is no photo.
        UsageError: it can't be written.
    """
    header, sender = arrived.header, arrived.sender
    child = desk.own_child(sender, header.body.get("child"))
    title, text = text_in(header, "title", LONGEST_TITLE), text_in(header, "text")
    if not (title or text or arrived.files):
        raise RefusedError("shape")
    paper = Paper(
        title=f"Hemifrån {child.first_name}",
        facts=(("Barn", child.name), *_facts(arrived), ("Rubrik", title)),
        text=text,
        about={"child": child.id, "title": title, "text": text},
        photos=_photos(arrived),
        after=_HOW.format(id=header.id[:8]),
    )
    return _filed(desk, arrived, paper, f"Hemifrån {child.name}, av {sender.name}")


def apply_reply(desk: Desk, arrived: Arrived) -> Applied:
    """File what a guardian answers to a post; of one that is gone since, too.

    Raises:
        RefusedError: shape; may-not, if the sender is no guardian or doesn't read the post; media, if a file is no photo.
        UsageError: it can't be written.
    """
    header, sender = arrived.header, arrived.sender
    if sender.role != "guardian":
        raise RefusedError("may-not")
    post = desk.post(sender, header.body.get("post"))
    text = text_in(header, "text")
    if not (text or arrived.files):
        raise RefusedError("shape")
    home = home_of(post, desk.settings, desk.register, desk.now) if post else None
    own = home is not None and home.kind == "child"
    paper = Paper(
        title=f"Svar från {sender.name}",
        facts=(("Svar på", post.source if post else "ett inlägg som inte finns längre"), *_facts(arrived)),
        text=text,
        about={"post": post.source if post else "", "child": home.id if home and own else "", "text": text},
        photos=_photos(arrived),
        after=(_HOW if own else _ONLY_READ).format(id=header.id[:8]),
    )
    return _filed(desk, arrived, paper, f"Svar från {sender.name} på {post.called if post else 'ett borttaget inlägg'}")


def approve_observation(desk: Desk, filed: Filed) -> str:
    """Make a post on the child's page of what a guardian has told; return what to say of it. Done twice it leaves one.

    Raises:
        UsageError: the sender is no longer the child's guardian, or the folder can't be written.
    """
    child, sender = _family(desk, filed)
    return _published(desk, filed, child, sender, one_line(filed.about.get("title", "")) or "Hemifrån")


def approve_reply(desk: Desk, filed: Filed) -> str:
    """Make a post on the child's page of an answer to one that lies there; return what to say of it. Done twice it leaves one.

    Raises:
        UsageError: the post that was answered is read by more families than the child's, or is gone; or as for an observation.
    """
    if why := why_only_read(filed):
        raise UsageError(why, hint=f"Lägg undan det när ni har läst det: pluttra inbox dismiss {filed.id[:8]}")
    child, sender = _family(desk, filed)
    source = str(filed.about["post"])
    try:
        posts, _ = read_posts(desk.settings, desk.now.date(), only={source})
    except PluttraError:
        posts = []
    title = next((post.title for post in posts if post.source == source), source.rpartition("/")[2])
    return _published(desk, filed, child, sender, f"Svar: {one_line(title)}")


def why_only_read(filed: Filed) -> str:
    """Return why an answer to a post can't be a post itself; empty if it can."""
    if filed.about.get("child"):
        return ""
    if filed.about.get("post"):
        return "Svaret gäller ett inlägg som fler familjer läser, så det kan inte läggas ut: den som skrev det skrev till förskolan."
    return "Inlägget som svaret gäller finns inte längre, så det kan inte läggas ut."


def _facts(arrived: Arrived) -> tuple[tuple[str, str], ...]:
    photos = len(arrived.files)
    return (
        ("Från", arrived.sender.name),
        ("Skrivet", f"{arrived.written:%Y-%m-%d %H:%M}"),
        ("Kom", f"{arrived.came:%Y-%m-%d %H:%M}"),
        ("Bilder", str(photos) if photos else ""),
    )


def _photos(arrived: Arrived) -> tuple[tuple[Path, str], ...]:
    """Return the photos with the suffix that what they hold asks for, whatever is said of them.

    Raises:
        RefusedError: media, if one is no photo; shape, if there are too many.
    """
    if len(arrived.files) > MOST_PHOTOS:
        raise RefusedError("shape")
    found = []
    for number, file in enumerate(arrived.files, 1):
        suffix = suffix_of(file.path)
        try:
            if not suffix or file.sent.length > LARGEST or probe(file.path, f"{number:02d}{suffix}").kind != "photo":
                raise RefusedError("media")
        except ContentError:
            raise RefusedError("media") from None
        found.append((file.path, suffix))
    return tuple(found)


def _filed(desk: Desk, arrived: Arrived, paper: Paper, said: str) -> Applied:
    name, files = filing.put(desk.settings.inbox, arrived, paper)
    return Applied(f"{said}: {desk.settings.inbox.name}/{name}", waits=True, files=files)


def _family(desk: Desk, filed: Filed) -> tuple[Child, Reader]:
    """Return the child that something is about and the guardian who wrote it, who must be that still."""
    sender = desk.readers.get(filed.sender)
    child = desk.register.visible.child.get(str(filed.about.get("child", "")))
    if sender is None or child is None or child not in children_of(desk.register, sender.id, desk.now.date()):
        message = "Den som skrev det här är inte längre barnets vårdnadshavare, så det kan inte läggas ut."
        raise UsageError(message, hint=f"Lägg undan det: pluttra inbox dismiss {filed.id[:8]}")
    return child, sender


def _published(desk: Desk, filed: Filed, child: Child, sender: Reader, title: str) -> str:
    home = home_folder(desk, Audience("child", child.id))
    post = PhonePost(
        message=filed.id,
        title=title[:LONGEST_TITLE],
        text=str(filed.about.get("text", "")),
        date=min(datetime.fromisoformat(filed.written), datetime.fromisoformat(filed.came)),
        author=sender.name,
        draft=False,
        media=tuple(Medium(photo, photo.suffix) for photo in filed.photos),
    )
    with telling(home):
        folder = put_post(home, post)
    shown = folder.relative_to(desk.settings.posts).as_posix()
    then = (
        "Rektor godkänner det sedan." if desk.settings.approval == "principal" else "Det syns efter nästa publicering."
    )
    return f"Utlagt på barnets sida: {shown}. {then}"
