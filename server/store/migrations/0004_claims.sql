-- One file for one insurer and one month: numbered, frozen, written and queued in one transaction.
create table lot (
    id text primary key,
    device text not null,
    seq integer not null,
    kind text not null check (kind in ('EFACT', 'FSE_AMO', 'DRE_AMC', 'PAPER_RECAP')),
    payer text not null,
    month text not null check (length(month) = 7),
    number integer not null check (number between 1 and 999),
    year integer not null,
    reference text not null unique,
    file_day text not null,
    sealed_at text not null,
    sealed_by text not null,
    payload_sha256 text not null,
    lines_sha256 text not null,
    oa_cents integer not null,
    copay_cents integer not null,
    supplement_cents integer not null,
    line_count integer not null,
    invoice_count integer not null,
    predecessor text references lot (id),
    state text not null check (state in ('Draft', 'Sealed', 'Queued', 'Exported', 'Sending',
        'Unknown', 'Sent', 'Accepted', 'Refused', 'PartlySettled', 'Settled'))
) strict;

create unique index lot_number on lot (kind, payer, year, number);
create index lot_by_state on lot (state, file_day);

-- One act claimed once: fee = oa + copay + supplement, to the cent.
create table line (
    id text primary key,
    device text not null,
    seq integer not null,
    ref text not null unique,
    act text not null references act (id),
    session text not null references session (id),
    patient text not null references patient (id),
    predecessor text references line (id),
    code text not null,
    care_date text not null,
    payer text not null,
    mutuality text not null,
    ct1 text not null,
    ct2 text not null,
    bim integer not null check (bim in (0, 1)),
    fee_cents integer not null,
    oa_cents integer not null check (oa_cents >= 0),
    copay_cents integer not null check (copay_cents >= 0),
    supplement_cents integer not null check (supplement_cents >= 0),
    tariff_version text not null,
    confidence text not null,
    quote text not null,
    lot text references lot (id),
    paid_cents integer not null default 0,
    state text not null check (state in ('Priced', 'Locked', 'Sent', 'Accepted', 'Rejected',
        'PartPaid', 'Paid', 'Replaced', 'PatientDue', 'WrittenOff', 'Reversed')),
    check (fee_cents = oa_cents + copay_cents + supplement_cents)
) strict;

create index line_of_session on line (session);
create index line_of_lot on line (lot);
create index line_to_bill on line (state, payer, care_date);
create unique index line_one_live on line (act)
    where state not in ('Replaced', 'WrittenOff', 'Reversed', 'PatientDue', 'Rejected');

-- A line as it left in a lot: kept when the lot is refused and the line is free again.
create table lot_line (
    lot text not null references lot (id),
    line text not null references line (id),
    invoice_number text not null,
    record integer not null,
    oa_cents integer not null,
    copay_cents integer not null,
    supplement_cents integer not null,
    primary key (lot, line)
) strict, without rowid;

create index lot_line_of on lot_line (line);
create index lot_line_invoice on lot_line (invoice_number);

-- One step of the life of a line, a lot or a session, with the proof that brought it.
create table step (
    id integer primary key autoincrement,
    device text not null,
    seq integer not null,
    entity text not null check (entity in ('session', 'line', 'lot', 'message')),
    entity_id text not null,
    at text not null,
    from_state text not null,
    to_state text not null,
    evidence text not null default ''
) strict;

create index step_of on step (entity, entity_id, id);
