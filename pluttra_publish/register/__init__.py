"""Who is who, and who may read what. Pure rules; I/O only on its own CSV files. Knows no posts, pages or keys."""

from __future__ import annotations

from pluttra_publish.register.access import access, audiences
from pluttra_publish.register.names import (
    ChildNotFound,
    DepartmentNotFound,
    Reader,
    ReaderNotFound,
    children_of,
    departments_of,
    find_child,
    find_department,
    find_reader,
    guardians_of,
    readers,
    same_guardians,
)
from pluttra_publish.register.quarantine import quarantined, without_quarantined
from pluttra_publish.register.read import FILES, check_place, empty_register, read_register
from pluttra_publish.register.values import (
    PRESCHOOL,
    STAFF,
    Audience,
    Child,
    Department,
    Guardian,
    Placement,
    Register,
    Relation,
    Span,
    StaffDepartment,
    StaffMember,
)

__all__ = [
    "FILES",
    "PRESCHOOL",
    "STAFF",
    "Audience",
    "Child",
    "ChildNotFound",
    "Department",
    "DepartmentNotFound",
    "Guardian",
    "Placement",
    "Reader",
    "ReaderNotFound",
    "Register",
    "Relation",
    "Span",
    "StaffDepartment",
    "StaffMember",
    "access",
    "audiences",
    "check_place",
    "children_of",
    "departments_of",
    "empty_register",
    "find_child",
    "find_department",
    "find_reader",
    "guardians_of",
    "quarantined",
    "read_register",
    "readers",
    "same_guardians",
    "without_quarantined",
]
