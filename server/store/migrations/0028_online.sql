-- One go at third-party payment of a session's complementary part, with the cover it is for; the
-- newest go of a session counts.
create table tp_run (
    id text primary key,
    device text not null,
    seq integer not null,
    session text not null references session (id),
    cover text not null references french_cover (id),
    at text not null
) strict;

create index tp_run_of on tp_run (session, id);

-- How a go was ended by a person.
create table tp_end (
    run text primary key references tp_run (id),
    device text not null,
    seq integer not null,
    why text not null check (why in ('PATIENT_PAYS')),
    at text not null
) strict;

-- What a message asks of an online service of France, written with it.
create table online_request (
    message text primary key references message (id),
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    service text not null
        check (service in ('ADRI', 'CONVENTION', 'DROITS', 'MONTANT', 'ENGAGEMENT')),
    care_date text not null,
    at text not null,
    run text references tp_run (id)
) strict;

create index online_request_of on online_request (patient, service, message);
create index online_request_for on online_request (run, message);

-- What its answer was understood to say; the bytes are in `exchange`, as they came.
create table online_answer (
    message text primary key references online_request (message),
    device text not null,
    seq integer not null,
    at text not null,
    outcome text not null check (outcome in ('GIVEN', 'REFUSED', 'CONTRADICTED', 'UNREADABLE')),
    reason text not null default '',
    number text not null default '',       -- of the signatory, or of the commitment
    label text not null default '',
    detail text not null default '',       -- of a convention: its type and its formulas
    begins text,
    ends text,
    cents integer check (cents >= 0)
) strict;
