"""Invitations and notices: in words, as mail, on paper, and what waits to be sent. Knows languages, SMTP and PDF. Does not know the register, posts or keys."""

from __future__ import annotations

from pluttra_publish.letters.carrier import (
    PASSWORD_FILE,
    PASSWORD_VARIABLE,
    Carrier,
    MailError,
    Outcome,
    mail_password,
    save_password,
)
from pluttra_publish.letters.mail import mail
from pluttra_publish.letters.outbox import Asked, Outbox, Pending, Refusal
from pluttra_publish.letters.said import Said, invitation, notice, trial
from pluttra_publish.letters.words import LANGUAGES, Words, words_in

__all__ = [
    "LANGUAGES",
    "PASSWORD_FILE",
    "PASSWORD_VARIABLE",
    "Asked",
    "Carrier",
    "MailError",
    "Outbox",
    "Outcome",
    "Pending",
    "Refusal",
    "Said",
    "Words",
    "invitation",
    "mail",
    "mail_password",
    "notice",
    "save_password",
    "trial",
    "words_in",
]
