-- What an insurer's settlement file says it accepts for a lot (or for one mutuality of it).
create table settlement (
    id integer primary key autoincrement,
    letter text not null references letter (id),
    lot text not null references lot (id),
    mutuality text not null default '',
    requested_cents integer not null,
    accepted_cents integer not null,
    refused_cents integer not null,
    payment_reference text not null,
    is_total integer not null check (is_total in (0, 1))
) strict;

create index settlement_of on settlement (lot, is_total);

-- Money received, as the user recorded it.
create table payment (
    id text primary key,
    device text not null,
    seq integer not null,
    origin text not null check (origin in ('BANK', 'CASH', 'CARD', 'CHEQUE', 'RETURN')),
    payer text not null,
    amount_cents integer not null check (amount_cents > 0),
    reference text not null,
    received_on text not null,
    matched_cents integer not null default 0,
    check (matched_cents <= amount_cents)
) strict;

-- Which part of a payment pays which line.
create table reconciliation (
    payment text not null references payment (id),
    line text not null references line (id),
    lot text not null references lot (id),
    cents integer not null check (cents > 0),
    primary key (payment, line)
) strict, without rowid;

create index reconciliation_of on reconciliation (line);

-- A paper or PDF made for a patient: the bytes as they were handed over.
create table document (
    id text primary key,
    device text not null,
    seq integer not null,
    kind text not null check (kind in ('PROOF')),
    patient text not null references patient (id),
    session text references session (id),
    made_at text not null,
    sha256 text not null,
    bytes blob not null
) strict;

create index document_of on document (patient, made_at);
