"""A small preschool that mails, for tests of letters."""

from __future__ import annotations

from pluttra_publish.delivering import Delivered, deliver, note_invited
from pluttra_publish.inviting import Door, Invited
from pluttra_publish.letters.outbox import Outbox
from tests.letters.post_office import PostOffice
from tests.whole.preschool import Preschool, clock

EMAILS = {"maria": "maria@example.se", "johan": "johan@example.se", "mei": "mei@example.com", "ingrid": "ingrid@example.se", "petra": "petra@example.se"}  # fmt: skip


class MailingPreschool(Preschool):
    """Its settings name a post office; letters are noted and sent at its own time."""

    def mails_through(self, post: PostOffice, top: str = "", **keys: object) -> MailingPreschool:
        """Write settings that name the post office. `top` are keys of pluttra.toml itself."""
        named = {"host": "localhost", "port": post.port, "from": "dagar@backen.example"} | keys
        lines = [f"{key} = {_toml(value)}" for key, value in named.items()]
        head = f'name = "Backens förskola"\nurl = "https://dagar.example.se"\n{top}'
        self.settings_text = "\n".join([head, "[mail]", *lines, ""])
        self.write()
        return self

    @property
    def door(self) -> Door:
        with clock(self.now):
            return Door.open(self.settings, identity=self.identity)

    def mail_links(self, *readers: str) -> tuple[tuple[Invited, ...], Delivered]:
        """Invite by mail."""
        from datetime import timedelta

        door = self.door
        invited = door.invite([door.one(name) for name in readers], valid_for=timedelta(days=14))
        note_invited(door, invited, "mail")
        return invited, self.deliver()

    def deliver(self, *, at_once: bool = False, again: bool = False) -> Delivered:
        return deliver(self.door, at_once=at_once, again=again)

    @property
    def outbox(self) -> Outbox:
        return Outbox.load(self.state)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
