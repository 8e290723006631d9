-- Whom a change of a payer may concern is looked for by scheme.
create index french_right_organism on french_right (organism, patient);

-- An attestation asked of a patient because of a notice; asked again is another row.
create table attestation_asked (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    notice text not null,
    at text not null
) strict;

create index attestation_asked_of on attestation_asked (patient, notice, at);

-- What the practice did to be conventioned: one row for each step of the list, with its paper.
create table enrolment_step (
    step text primary key,
    device text not null,
    seq integer not null,
    done_on text not null,
    name text not null default '',
    bytes blob
) strict;

-- A complementary that was told of a new account.
create table account_told (
    number text not null,
    iban text not null,
    device text not null,
    seq integer not null,
    told_on text not null,
    primary key (number, iban)
) strict, without rowid;

alter table complementary add column inter_amc integer not null default 0
    check (inter_amc in (0, 1));
