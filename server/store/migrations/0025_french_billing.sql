-- A formula as the attestation of a cover prints it, under its heading: typed once, by who holds it.
create table french_formula (
    id text primary key,
    device text not null,
    seq integer not null,
    cover text not null references french_cover (id),
    domain text not null,
    name text not null,
    formula text not null check (length(formula) = 3),
    parameters text not null default '{}'
) strict;

create index french_formula_of on french_formula (cover, id);

-- Who pays what of a session, as somebody decided: rows are only added, the newest counts.
create table french_billing (
    id text primary key,
    device text not null,
    seq integer not null,
    session text not null references session (id),
    at text not null,
    by text not null,
    route text not null check (route in ('AMO_ONLY', 'GU', 'DRE', 'PAPER')),
    amo integer not null check (amo in (0, 1)),
    amc integer not null check (amc in (0, 1)),
    cover text references french_cover (id),
    number text not null default '',       -- of the complementary, as it was then
    label text not null default '',
    member text not null default '',
    convention text not null default '{}', -- the cells of the row of its table, as JSON
    domain text not null default '',
    formula text not null default '',
    parameters text not null default '{}',
    check (amc <= amo)
) strict;

create index french_billing_of on french_billing (session, id);

-- The number of the invoice of a session: given once, and kept when the session is struck out.
create table french_invoice (
    number integer primary key check (number between 100000001 and 999999999),
    device text not null,
    seq integer not null,
    session text not null unique references session (id),
    patient text not null references patient (id),
    invoiced_on text not null
) strict;

create index french_invoice_on on french_invoice (invoiced_on, number);
create index french_invoice_of on french_invoice (patient, number);

-- One printing of the receipt of a session: the second is copy 2.
create table french_receipt (
    session text not null references session (id),
    copy integer not null check (copy > 0),
    device text not null,
    seq integer not null,
    at text not null,
    primary key (session, copy)
) strict, without rowid;
