"""The letterbox: what readers are told of the ways back. Knows settings and keystore. Does not know drop boxes, nor what is sent.

What it says is the same all day, so that it is put once a day and not with every publish: the form of an S3 drop box is dated by the day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pluttra_publish.format.messages import Letterbox, MailWay, PostWay, Way
from pluttra_publish.hosts.s3_form import form
from pluttra_publish.hosts.s3_key import SIGNS, read_drop_key
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.messages import seal_letterbox
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import Settings

LIFE = timedelta(days=14)
"""For how long an S3 form can be used: whoever was last told of it then can send for that long, though nothing is published."""


def letterboxes(keystore: Keystore, settings: Settings, now: datetime) -> list[SealedObject]:
    """Seal the letterbox for the keyrings of the present generation; none where there is no way back.

    Raises:
        HostError: the key that forms are signed with is missing.
    """
    if not settings.drop.is_on:
        return []
    drop = settings.drop
    push = keystore.push_key.public if settings.push.on else None
    posts = "draft" if settings.approval == "principal" else drop.posts  # it waits for somebody either way
    letterbox = Letterbox(tuple(_ways(settings, now)), push, drop.receipts, posts)
    return [seal_letterbox(letterbox, keystore.drop_box)]


def _ways(settings: Settings, now: datetime) -> list[Way]:
    drop = settings.drop
    ways: list[Way] = []
    if drop.bucket:
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        ways.append(form(drop.bucket, read_drop_key(settings.state, SIGNS), today, life=LIFE))
    if drop.url:
        ways.append(PostWay(drop.url))
    if drop.mail:
        ways.append(MailWay(drop.mail))
    return ways
