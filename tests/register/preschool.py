"""A small preschool to ask questions of, and preschools drawn at random."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from pluttra_publish.register import (
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

SOLROSEN, BLAKLOCKAN = Department("solrosen", "Solrosen"), Department("blaklockan", "Blåklockan")


def child(ident: str, first: str, last: str = "Berg", protected: bool | None = False) -> Child:
    return Child(ident, first, last, protected)


def guardian(ident: str, first: str = "Kim", protected: bool | None = False) -> Guardian:
    return Guardian(ident, first, "Berg", f"{ident}@example.se", "sv", protected)


def span(start: str = "2025-08-18", end: str = "") -> Span:
    return Span(date.fromisoformat(start), date.fromisoformat(end) if end else None)


def related(a_child: str, a_guardian: str, start: str = "2021-01-01", end: str = "") -> Relation:
    return Relation(a_child, a_guardian, span(start, end))


def placed(a_child: str, department: str, start: str = "2025-08-18", end: str = "") -> Placement:
    return Placement(a_child, department, span(start, end))


def pedagogue(ident: str, start: str = "2020-01-01", end: str = "") -> StaffMember:
    return StaffMember(ident, "Pia", "Lund", "pedagogue", span(start, end))


def principal(ident: str, start: str = "2020-01-01", end: str = "") -> StaffMember:
    return StaffMember(ident, "Rut", "Ek", "principal", span(start, end))


def works(staff: str, department: str, start: str = "2020-01-01", end: str = "") -> StaffDepartment:
    return StaffDepartment(staff, department, span(start, end))


_BEGINNING = date(2025, 1, 1)
days = st.integers(0, 730).map(lambda n: _BEGINNING + timedelta(days=n))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(days)
    length = draw(st.none() | st.integers(0, 400))
    return Span(start, None if length is None else start + timedelta(days=length))


@st.composite
def registers(draw: st.DrawFn, *, marked: bool = False) -> Register:
    """A preschool with a few of everything, tied together anyhow."""
    protected = st.sampled_from([False, False, False, True, None]) if marked else st.just(False)
    names = st.sampled_from(["Alva", "Noah", "Åke", "Elsa"])
    children = tuple(Child(f"c{n}", draw(names), f"Ek{n % 2}", draw(protected)) for n in range(draw(st.integers(0, 4))))
    guardians = tuple(guardian(f"g{n}", protected=draw(protected)) for n in range(draw(st.integers(0, 4))))
    departments = (SOLROSEN, BLAKLOCKAN)[: draw(st.integers(0, 2))]
    roles = st.sampled_from(["pedagogue", "principal"])
    staff = tuple(StaffMember(f"s{n}", "S", "T", draw(roles), draw(spans())) for n in range(draw(st.integers(0, 2))))

    def pairs(ones: tuple[object, ...], others: tuple[object, ...]) -> list[tuple[str, str, Span]]:
        if not ones or not others:
            return []
        pair = st.tuples(st.sampled_from(_ids(ones)), st.sampled_from(_ids(others)), spans())
        return draw(st.lists(pair, max_size=6, unique_by=lambda row: row))

    return Register(
        departments=departments,
        children=children,
        guardians=guardians,
        relations=tuple(Relation(*row) for row in pairs(children, guardians)),
        placements=tuple(Placement(*row) for row in pairs(children, departments)),
        staff=staff,
        staff_departments=tuple(StaffDepartment(*row) for row in pairs(staff, departments)),
    )


def _ids(values: tuple[object, ...]) -> list[str]:
    return [value.id for value in values]  # type: ignore[attr-defined]
