"""The sample preschool, as of this week, sealed into a folder, with a link each for five readers. Knows the register's shape, not its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pluttra_publish import publish as pipeline
from pluttra_publish.clock import now_of
from pluttra_publish.drop.setting_up import box_at
from pluttra_publish.errors import Findings, RegisterError, UsageError
from pluttra_publish.register import Reader, Register, children_of, departments_of, read_register, readers
from pluttra_publish.resources import sample_folder
from pluttra_publish.sample import fresh_sample
from pluttra_publish.serve import DropAt
from pluttra_publish.settings import FILE, DropSettings, MailSettings, Settings, is_inside, read_settings
from pluttra_publish.settings.host import HostSettings

_ROLE_TEXTS = {"guardian": "vårdnadshavare", "pedagogue": "pedagog", "principal": "rektor"}
_LINK_LIFE = timedelta(days=14)


@dataclass(frozen=True)
class DemoLink:
    """A reader of the demo and the magic link that reads as that person until `ends` (Unix seconds)."""

    role: str
    name: str
    children: tuple[str, ...]
    departments: tuple[str, ...]
    url: str
    ends: int
    ends_text: str

    @property
    def role_text(self) -> str:
        return _ROLE_TEXTS[self.role]

    def summary(self) -> dict[str, object]:
        """Return the link as a script reads it."""
        row: dict[str, object] = {"role": self.role, "name": self.name, "children": list(self.children)}
        return row | {"departments": list(self.departments), "url": self.url}


@dataclass(frozen=True)
class Demo:
    """A sealed site and its links; `moved` is by how many weeks the sample's days were moved, 0 for another preschool's; `drop` takes messages.

    `settings` and `identity` are what it was sealed with.
    """

    public: Path
    links: tuple[DemoLink, ...]
    settings: Settings
    identity: Path
    moved: int = 0
    drop: DropAt | None = None

    def summary(self) -> dict[str, object]:
        """Return the demo as a script reads it."""
        return {"public": str(self.public), "links": [link.summary() for link in self.links]}


def make_demo(site: Path | None, folder: Path, *, url: str, step: pipeline.Step = pipeline.no_step) -> Demo:
    """Seal the preschool in `site` into `folder`, reusing what is there; keys, cache and public files all lie in `folder`.

    Without a `site` it is the sample preschool, of which `folder` gets a copy as of this week.

    Raises:
        PluttraError: as `publish`, and as `demo_settings`; RegisterError if the register has no such five readers.
    """
    settings, moved = demo_settings(site or sample_folder(), folder, url=url), 0
    if site is None:
        copy = folder.absolute() / "exempel"
        moved = fresh_sample(sample_folder(), copy, now_of(settings).date())
        settings = demo_settings(copy, folder, url=url)
    identity = settings.state / "identity.txt"
    pipeline.make_keystore(settings, identity=identity)
    published = pipeline.publish(settings, identity=identity, step=step)
    register = read_register(settings.register, Findings())
    links = tuple(
        _link(settings, register, reader, published.today, identity)
        for reader in five_readers(register, published.today)
    )
    return Demo(settings.host.folder, links, settings, identity, moved, box_at(settings))


def demo_settings(site: Path, folder: Path, *, url: str) -> Settings:
    """Return the settings of `site` with everything that is written lying in `folder`.

    Raises:
        UsageError: the folder is a preschool's, or lies in one: keys would lie where posts are synced, or be published.
    """
    folder = folder.absolute()
    settings = read_settings(site)
    theirs = (
        settings.root,
        settings.posts,
        settings.register,
        settings.talks,
        settings.inbox,
        settings.state,
        settings.host.path,
    )
    here = folder.resolve()
    if any(one and is_inside(folder, one) for one in theirs) or any(
        (one / FILE).exists() for one in (here, *here.parents)
    ):
        hint = "Ange en ny mapp utanför den: pluttra demo provmapp"
        raise UsageError(f"{folder} ligger i en förskolas mapp.", hint=hint)
    host = HostSettings("folder", folder / "public")
    return replace(  # nobody is written to for a trial, and nothing comes by mail
        settings,
        url=url,
        state=folder / "privat",
        inbox=folder / "inkommet",
        host=host,
        mail=MailSettings(),
        drop=_drop(settings.drop, folder),
    )


def _drop(drop: DropSettings, folder: Path) -> DropSettings:
    """Return where messages go in a trial: to the page that shows it, if the preschool has any way back."""
    if not drop.is_on:
        return DropSettings()
    return DropSettings(url="/drop", folder=folder / "brevlada", posts=drop.posts, receipts=drop.receipts)


def five_readers(register: Register, today: date) -> tuple[Reader, ...]:
    """Return a guardian with children in two departments; one who lives apart and shares one of them; one in the other department; a
    pedagogue; the principal.

    Raises:
        RegisterError: the register has no such readers.
    """
    known = readers(register)
    guardians = [reader for reader in known.values() if reader.role == "guardian"]
    for both in guardians:
        for apart in guardians:
            for other in guardians:
                if _fits(register, today, both, apart, other):
                    staff = [
                        next((r for r in known.values() if r.role == role), None) for role in ("pedagogue", "principal")
                    ]
                    return (both, apart, other, *(reader for reader in staff if reader))
    raise RegisterError("Registret saknar de familjer som exemplet visar.", hint="Använd exempelförskolan utan --site.")


def _fits(register: Register, today: date, both: Reader, apart: Reader, other: Reader) -> bool:
    mine, theirs = _children(register, both, today), _children(register, apart, today)
    shared = mine & theirs
    if len(_departments(register, mine, today)) < 2 or len(theirs) != 1 or len(shared) != 1:
        return False
    elsewhere = _departments(register, _children(register, other, today), today)
    return (
        len(elsewhere) == 1
        and not elsewhere & _departments(register, shared, today)
        and not mine & _children(register, other, today)
    )


def _children(register: Register, reader: Reader, today: date) -> set[str]:
    return {child.id for child in children_of(register, reader.id, today)}


def _departments(register: Register, children: set[str], today: date) -> set[str]:
    return {department.id for child in children for department in departments_of(register, child, today)}


def _link(settings: Settings, register: Register, reader: Reader, today: date, identity: Path) -> DemoLink:
    invited = pipeline.invite(settings, reader.id, valid_for=_LINK_LIFE, reuse=True, identity=identity)
    children = children_of(register, reader.id, today) if reader.role == "guardian" else ()
    names = tuple(child.first_name for child in children)
    departments = tuple(dict.fromkeys(_department_names(register, reader, today)))
    return DemoLink(reader.role, reader.name, names, departments, invited.url, invited.ends, invited.ends_text)


def _department_names(register: Register, reader: Reader, today: date) -> Iterator[str]:
    if reader.role == "guardian":
        for child in children_of(register, reader.id, today):
            yield from (department.name for department in departments_of(register, child.id, today))
    elif reader.role == "principal":
        yield from (department.name for department in register.departments)
    else:
        rows = (row for row in register.staff_departments if row.staff == reader.id and row.span.holds(today))
        yield from (register.department[row.department].name for row in rows)
