"""Words that registers use for roles, relations and kinds, and what each lets in. A word that is not here lets nobody in."""

from __future__ import annotations

from pluttra_publish.register.values import Role, fold

GUARDIAN = "Vårdnadshavare"
DEPARTMENT = "Avdelning"
PRESCHOOL_FORM = "FS"
OTHER_FORMS = frozenset({"fth", "oppfth"})

_ROLES: dict[str, Role | None] = {
    "rektor": "principal",
    "förskolechef": "principal",
    "principal": "principal",
    "pedagog": "pedagogue",
    "pedagogue": "pedagogue",
    "lärare": "pedagogue",
    "förskollärare": "pedagogue",
    "barnskötare": "pedagogue",
    "övrig pedagogisk personal": "pedagogue",
    "speciallärare/specialpedagog": "pedagogue",
    "annan personal": None,
    "övrig arbetsledning": None,
}
_ASSIGNMENTS = {
    "mentor": True,
    "förskollärare": True,
    "barnskötare": True,
    "fritidspedagog": True,
    "specialpedagog": True,
    "pedagogisk ledare": True,
    "elevhälsopersonal": False,
    "schemaläggare": False,
}
_RELATIONS = frozenset(
    {
        "vårdnadshavare",
        "annan ansvarig",
        "annan behörig",
        "god man",
        "förälder",
        "familjehemsförälder",
        "boendeförälder",
        "kontaktperson",
    }
)


def role_of(word: str) -> Role | None:
    """Return what a word for a role lets a person be, None for nothing."""
    return _ROLES.get(fold(word))


def is_known_role(word: str) -> bool:
    return fold(word) in _ROLES


def works_there(assignment: str) -> bool:
    """Tell whether an assignment in a department means working with its children. An unknown one does not."""
    return _ASSIGNMENTS.get(fold(assignment), False)


def is_known_assignment(assignment: str) -> bool:
    return fold(assignment) in _ASSIGNMENTS


def is_known_relation(relation: str) -> bool:
    return fold(relation) in _RELATIONS
