-- An FSE or a DRE as the approved component signed it: its bytes are kept as they came, and never
-- signed again. Amounts are what its receiver is asked for.
create table french_document (
    id text primary key,
    device text not null,
    seq integer not null,
    kind text not null check (kind in ('FSE', 'DRE')),
    invoice integer not null references french_invoice (number),
    session text not null references session (id),
    patient text not null references patient (id),
    sender text not null,                   -- billing number of the kiné
    recipient text not null,
    mode integer not null check (mode in (3, 4, 5)),
    nature text not null default '',        -- of the paper that stands in for the card, degraded only
    third_party integer not null check (third_party in (0, 1)),
    guaranteed integer not null check (guaranteed in (0, 1)),
    amo_cents integer not null check (amo_cents >= 0),
    amc_cents integer not null check (amc_cents >= 0),
    content blob not null,
    signatures text not null,               -- JSON
    simulated integer not null check (simulated in (0, 1)),
    made_at text not null,
    secured_on text,                        -- civil day its clock starts; null until both cards signed
    deadline text,
    state text not null check (state in ('PartSigned', 'Signed', 'Degraded', 'InLot', 'Sent',
        'AckPositive', 'AckNegative', 'Paid', 'Rejected', 'GivenUp')),
    state_at text not null,
    unique (kind, invoice)
) strict;

create index french_document_state on french_document (state, deadline);
create index french_document_invoice on french_document (invoice, kind);
create index french_document_patient on french_document (patient);
create index french_document_session on french_document (session, invoice);

create trigger french_document_is_kept_as_it_was_signed
before update of kind, invoice, session, patient, sender, mode, amo_cents, amc_cents, content
on french_document
begin select raise(abort, 'a signed document is never changed'); end;

-- Where it went, step by step.
create table french_document_step (
    id integer primary key autoincrement,
    document text not null references french_document (id),
    device text not null,
    seq integer not null,
    at text not null,
    state text not null check (state in ('PartSigned', 'Signed', 'Degraded', 'InLot', 'Sent',
        'AckPositive', 'AckNegative', 'Paid', 'Rejected', 'GivenUp')),
    evidence text not null default ''
) strict;

create index french_document_step_of on french_document_step (document, id);

-- A lot as the component signed it. One that was refused keeps its number; its documents go into
-- another, unchanged.
create table french_lot (
    id text primary key,
    device text not null,
    seq integer not null,
    kind text not null check (kind in ('FSE', 'DRE')),
    family text not null check (family in ('SECURED', 'DEGRADED')),
    number integer not null check (number between 1 and 999),
    sender text not null,
    recipient text not null,
    made_at text not null,
    by text not null,
    content blob not null,
    documents integer not null check (documents > 0),
    total_cents integer not null check (total_cents >= 0),
    message text references message (id),
    state text not null check (state in ('InLot', 'Sent', 'AckPositive', 'AckNegative', 'Recycled')),
    sent_on text,
    answered_at text,
    letter text references letter (id),
    reason text not null default ''
) strict;

create index french_lot_state on french_lot (state, sent_on);
create index french_lot_late on french_lot (id) where reason = 'late';
create index french_lot_message on french_lot (message);
create index french_lot_letter on french_lot (letter);
create index french_lot_number on french_lot (kind, sender, number);

create trigger french_lot_is_kept_as_it_was_signed
before update of kind, family, number, sender, recipient, content, total_cents on french_lot
begin select raise(abort, 'a signed lot is never changed'); end;

create table french_lot_document (
    lot text not null references french_lot (id),
    document text not null references french_document (id),
    primary key (lot, document)
) strict, without rowid;

create index french_lot_document_of on french_lot_document (document, lot);

-- A message that leaves only once another arrived: a DRE after the FSE it goes with.
create table french_message_after (
    message text not null references message (id),
    before text not null references message (id),
    primary key (message, before)
) strict, without rowid;

create index french_message_after_before on french_message_after (before);

-- A return of a payer, as it was translated: one transfer, line by line. Its bytes are those of its
-- letter.
create table french_return (
    id text primary key,
    device text not null,
    seq integer not null,
    letter text not null unique references letter (id),
    sha256 text not null unique,            -- of what came: the same return counts once
    at text not null,
    origin text not null check (origin in ('AMO', 'AMC')),
    file_name text not null,
    sender text not null,
    payer text not null,
    payment_reference text not null,
    paid_on text,
    payment_cents integer not null,
    lines_cents integer not null
) strict;

create index french_return_at on french_return (at, id);

create table french_return_line (
    id text primary key,
    device text not null,
    seq integer not null,
    return text not null references french_return (id),
    rank integer not null,
    kind text not null check (kind in ('INVOICE', 'RECOVERY', 'REGULARISATION', 'LUMP_SUM')),
    invoice integer,                        -- as the payer wrote it
    outcome text not null check (outcome in ('PAID', 'PARTIAL', 'REJECTED', 'INFO')),
    amo_cents integer not null,
    amc_cents integer not null,
    codes text not null default '[]',       -- JSON: pairs of code and words
    care_from text,
    care_to text,
    document text references french_document (id), -- null: nothing of ours was recognised
    unique (return, rank)
) strict;

create index french_return_line_of on french_return_line (document, id);
create index french_return_line_invoice on french_return_line (invoice, id);

-- Lines nobody tied to an invoice yet: few, so that looking for them costs nothing.
create table french_return_loose (
    line text primary key references french_return_line (id)
) strict, without rowid;

create trigger french_return_line_is_loose after insert on french_return_line
when new.document is null and new.kind = 'INVOICE'
begin insert into french_return_loose (line) values (new.id); end;

-- What a person made of a loose line: tied to a document, or dealt with otherwise and why.
create table french_return_tie (
    line text primary key references french_return_line (id),
    device text not null,
    seq integer not null,
    at text not null,
    by text not null,
    document text references french_document (id),
    comment text not null default '',
    check (document is not null or comment <> '')
) strict;

create index french_return_tie_of on french_return_tie (document, line);

create trigger french_return_tie_ties after insert on french_return_tie
begin delete from french_return_loose where line = new.line; end;

-- What the bank shows of a return, as a person read it on the statement; the newest counts.
create table french_return_bank (
    id text primary key,
    device text not null,
    seq integer not null,
    return text not null references french_return (id),
    at text not null,
    by text not null,
    cents integer not null,
    credited_on text not null
) strict;

create index french_return_bank_of on french_return_bank (return, id);
