-- One reading of a card at the bedside: evidence, never re-dated.
create table card_read (
    id text primary key,
    device text not null,
    seq integer not null,
    kind text not null check (kind in ('EID', 'VITALE', 'CPS')),
    at text not null,
    reader text not null,
    card_number text not null,
    proof text not null check (proof in ('VERIFIED', 'UNVERIFIED', 'DEMO', 'FORGED', 'EXPIRED')),
    proof_reason text not null,
    complete integer not null check (complete in (0, 1)),
    identity_file blob not null,
    identity_signature blob not null,
    address_file blob not null,
    address_signature blob not null,
    rrn_certificate blob not null
) strict;

-- A person treated. The identity shown is the newest accepted one of `patient_identity`.
create table patient (
    id text primary key,
    device text not null,
    seq integer not null,
    niss text,
    last_name text not null,
    first_name text not null,
    birth_date text,
    sex text not null default '' check (sex in ('M', 'F', '')),
    language text not null default 'fr_BE' check (language in ('fr_BE', 'fr_FR', 'nl')),
    phone text not null default '',
    search text not null,
    draft integer not null check (draft in (0, 1)),
    archived integer not null default 0 check (archived in (0, 1)),
    superseded_by text references patient (id),
    created_at text not null
) strict;

create unique index patient_niss on patient (niss) where niss is not null and superseded_by is null;
create index patient_name on patient (search, id);

-- What one source once said of a person's identity; kept even when another source wins.
create table patient_identity (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    origin text not null check (origin in ('CARD', 'MANUAL', 'MDA')),
    card_read text references card_read (id),
    captured_at text not null,
    niss text,
    last_name text not null,
    first_name text not null,
    birth_date text,
    birth_text text not null default '',
    sex text not null,
    accepted integer not null check (accepted in (0, 1))
) strict;

create index patient_identity_of on patient_identity (patient, captured_at);

-- Where a person lives, from when, and who said so.
create table patient_address (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    origin text not null check (origin in ('CARD', 'MANUAL')),
    captured_at text not null,
    street text not null,
    postcode text not null,
    city text not null
) strict;

create index patient_address_of on patient_address (patient, captured_at);

-- What one source once said of a person's insurability; rows are only added.
create table coverage (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    kind text not null check (kind in ('BE_INSURABILITY', 'BE_MEDICAL_HOUSE', 'BE_HOSPITAL')),
    source text not null check (source in ('MDA', 'ADRI', 'CARD', 'QR', 'PAPER', 'MANUAL')),
    captured_at text not null,
    rights_from text,
    rights_to text,
    oa text not null default '',
    mutuality text not null default '',
    ct1 text not null default '',
    ct2 text not null default '',
    engagement text not null default ''
) strict;

create index coverage_of on coverage (patient, kind, captured_at);

-- A root certificate the practice decided to trust for identity cards.
create table trust_root (
    id text primary key,
    device text not null,
    seq integer not null,
    sha256 text not null unique,
    subject text not null,
    valid_to text not null,
    der blob not null
) strict;
