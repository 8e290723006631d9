-- Who prescribes.
create table prescriber (
    id text primary key,
    device text not null,
    seq integer not null,
    nihii text not null unique,
    name text not null
) strict;

-- What the physician wrote.
create table prescription (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    prescriber text not null references prescriber (id),
    rx_date text not null,
    max_sessions integer not null check (max_sessions > 0),
    start_by text,
    diagnosis text not null default '',
    second_session_motivated integer not null default 0
        check (second_session_motivated in (0, 1))
) strict;

create index prescription_of on prescription (patient, rx_date);

-- A series of sessions for one situation.
create table treatment (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    practitioner text not null references practitioner (id),
    prescription text references prescription (id),
    category text not null check (category in ('COMMON_1', 'COMMON_2_PLUS', 'FA', 'FB', 'E', 'EB',
        'MATERNITY', 'PALLIATIVE', 'DAY_HOSPITAL', 'CONSULTATIVE')),
    situation text not null default '',
    place text not null check (place in ('CABINET', 'HOME', 'HOSPITAL_ROOM', 'INSTITUTION',
        'OTHER')),
    start_date text not null,
    end_date text,
    sessions_elsewhere integer not null default 0,
    sessions_declared integer not null default 0,
    state text not null check (state in ('Draft', 'Ready', 'Active', 'Exhausted', 'Suspended',
        'Closed', 'Cancelled'))
) strict;

create index treatment_of on treatment (patient, start_date);

-- The insurer's decision or registration for a series; rows are only added, the newest counts.
create table agreement (
    id text primary key,
    device text not null,
    seq integer not null,
    treatment text not null references treatment (id),
    number text not null,
    valid_from text not null,
    valid_to text,
    refused integer not null default 0 check (refused in (0, 1)),
    sessions_granted integer,
    source text not null check (source in ('MANUAL', 'PAPER', 'EAGREEMENT')),
    captured_at text not null
) strict;

create index agreement_of on agreement (treatment, captured_at);

-- One session of care: one patient, one kiné, one day.
create table session (
    id text primary key,
    device text not null,
    seq integer not null,
    treatment text not null references treatment (id),
    patient text not null references patient (id),
    practitioner text not null references practitioner (id),
    prescription text references prescription (id),
    care_date text not null,
    place text not null check (place in ('CABINET', 'HOME', 'HOSPITAL_ROOM', 'INSTITUTION',
        'OTHER')),
    institution text not null default '',
    card_read text references card_read (id),
    second_reason text not null default '',
    copay_collected_cents integer not null default 0,
    payment_means text not null default '' check (payment_means in ('', 'CASH', 'CARD',
        'TRANSFER')),
    recorded_at text not null,
    state text not null check (state in ('Planned', 'Done', 'Blocked', 'Ready', 'Claimed',
        'Settled', 'Missed', 'Cancelled', 'Voided', 'Private'))
) strict;

create index session_of_patient on session (patient, care_date);
create index session_of_series on session (treatment, care_date);
create index session_by_day on session (care_date, id);
create index session_by_state on session (state, care_date);

-- Why a session cannot be billed now; rewritten at each evaluation.
create table session_block (
    session text not null references session (id),
    reason text not null,
    code text not null,
    opens text not null,
    facts text not null default '{}',
    primary key (session, reason, code)
) strict, without rowid;

-- One nomenclature code of one session.
create table act (
    id text primary key,
    device text not null,
    seq integer not null,
    session text not null references session (id),
    rank integer not null,
    code text not null check (length(code) = 6),
    units integer not null default 1
) strict;

create index act_of on act (session, rank);
