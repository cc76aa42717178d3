"""Invitations and notices: in words, as mail, on paper, and what waits to be sent. Knows languages, SMTP and PDF. Does not know the register, posts or keys.

Nothing is imported here: a publish without mail does not wait for what mail is made with.
"""
