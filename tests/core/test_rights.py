"""What each role may do, and what can be granted or withdrawn (E-08, SOFT33-19, SOFT33-20)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.rights import ADJUSTED, Right, Role, Standing

MAIN = {Right.USERS, Right.SECURITY, Right.JOURNAL, Right.EXPORT}
SUMS = {Right.BILLING, Right.AMOUNTS}
EVERY = [
    Standing(role, linked, main)
    for role, linked, main in product(Role, (False, True), (False, True))
]


@pytest.mark.parametrize(
    ("role", "linked", "may"),
    [
        (Role.MANDANT, True, {*ADJUSTED, Right.AMOUNTS}),
        (Role.MANDATAIRE, False, {Right.PATIENTS, Right.PAYMENTS, *SUMS}),
        (Role.MANDATAIRE, True, {Right.PATIENTS, Right.PAYMENTS, *SUMS}),
        (Role.STAFF, True, {Right.PATIENTS, Right.CLINICAL}),
        (Role.STAFF, False, {Right.PATIENTS, *SUMS}),
        (Role.VIEWER, False, {Right.AMOUNTS}),
    ],
)
def test_each_role_has_its_rights(role: Role, *, linked: bool, may: set[Right]) -> None:
    assert Standing(role, linked).rights == may


@pytest.mark.parametrize("role", Role)
def test_the_flag_of_the_main_user_adds_its_rights_to_two_roles_alone(role: Role) -> None:
    added = Standing(role, True, main=True).rights - Standing(role, True).rights
    assert added == (MAIN if role in (Role.MANDANT, Role.STAFF) else set())
    refused = ("is_main", "not_of_role") in Standing(role, True, main=True).faults()
    assert refused == (not added)


def test_a_mandataire_who_sends_keeps_patients_and_billing() -> None:
    plain = Standing(Role.MANDATAIRE, False)
    for right in (Right.PATIENTS, Right.BILLING):
        without = plain.adjusted(plain.rights - {right})
        assert list(without.faults()) == [(f"right-{right}", "kept")]
    without = plain.adjusted(plain.rights - {Right.PAYMENTS})
    assert list(without.faults()) == []
    assert Right.PAYMENTS not in without.rights


def test_a_colleague_bills_when_it_is_granted_and_then_sees_amounts() -> None:
    granted = Standing(Role.STAFF, True).adjusted({Right.PATIENTS, Right.CLINICAL, Right.BILLING})
    assert (granted.granted, granted.withdrawn) == ({Right.BILLING}, frozenset())
    assert granted.rights == {Right.PATIENTS, Right.CLINICAL, *SUMS}
    assert list(granted.faults()) == []


def test_clinical_content_needs_a_kine_whatever_is_granted() -> None:
    care = {Right.CLINICAL, Right.COLLEAGUES}
    office = Standing(Role.MANDATAIRE, False, granted=care)
    assert not office.rights & care
    assert set(office.faults()) == {(f"right-{right}", "needs_kine") for right in care}
    assert Standing(Role.MANDATAIRE, True, granted=care).rights >= care


def test_the_patients_of_colleagues_are_nothing_without_care() -> None:
    held = Standing(Role.MANDANT, True, withdrawn=frozenset({Right.CLINICAL}))
    assert Right.COLLEAGUES not in held.rights
    assert ("right-clinical", "kept") in held.faults()


def test_a_holder_is_a_kine_and_an_accountant_is_none() -> None:
    assert ("practitioner", "needed") in Standing(Role.MANDANT, False).faults()
    assert ("practitioner", "not_of_role") in Standing(Role.VIEWER, True).faults()


@given(st.sampled_from(EVERY), st.sets(st.sampled_from(ADJUSTED)))
def test_what_is_asked_is_held_or_refused_with_its_reason(
    who: Standing, wanted: set[Right]
) -> None:
    adjusted = who.adjusted(wanted)
    held = adjusted.rights & {*ADJUSTED}
    told = {field.removeprefix("right-") for field, _ in adjusted.faults()}
    care_without_clinical = {Right.COLLEAGUES} if Right.CLINICAL not in held else set()
    assert (held ^ wanted) - care_without_clinical <= told
    assert adjusted.usual == who.usual


@given(st.sampled_from(EVERY), st.sets(st.sampled_from(ADJUSTED)))
def test_nobody_is_granted_what_the_flag_alone_gives(who: Standing, wanted: set[Right]) -> None:
    if not who.main:
        assert not who.adjusted(wanted).rights & MAIN


@given(st.sets(st.sampled_from(ADJUSTED)))
def test_an_accountant_is_never_granted_a_name(wanted: set[Right]) -> None:
    adjusted = Standing(Role.VIEWER, False).adjusted(wanted)
    assert bool(wanted) == bool(list(adjusted.faults()))
