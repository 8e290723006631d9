-- France: the number a kiné bills under at this place of practice.
alter table practitioner add column billing_number text not null default '';

-- What one source once said of a person beside names and number: a birth no calendar knows, the
-- rank among those born that day, the traits of the national identity; the newest row counts.
create table french_identity (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    origin text not null check (origin in ('CARD', 'MANUAL')),
    captured_at text not null,
    birth_text text not null default '',
    birth_rank integer not null default 1 check (birth_rank between 1 and 9),
    birth_name text not null default '',
    birth_place text not null default '',
    retrieved integer not null default 0 check (retrieved in (0, 1)),
    proof text not null default ''
        check (proof in ('', 'ID_CARD', 'PASSPORT', 'RESIDENCE_PERMIT', 'BIRTH_CERTIFICATE'))
) strict;

create index french_identity_of on french_identity (patient, captured_at);

-- One right of the compulsory insurance, as one source once said it: never re-dated, only added to.
-- The rows one reading brought share their source and instant.
create table french_right (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    kind text not null
        check (kind in ('AMO', 'ALD', 'MATERNITY', 'WORK_ACCIDENT', 'EXEMPTION')),
    source text not null check (source in ('ADRI', 'APCV', 'CARD', 'PAPER', 'MANUAL')),
    captured_at text not null,
    rights_from text,
    rights_to text,
    organism text not null default '',
    code text not null default '',
    number text not null default '',
    event_date text
) strict;

create index french_right_of on french_right (patient, captured_at);

-- One complementary cover, as one source once said it; several periods are kept.
create table french_cover (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    source text not null check (source in ('APCV', 'CARD', 'QR', 'PAPER', 'MANUAL')),
    captured_at text not null,
    number text not null check (length(number) = 10),
    label text not null default '',
    management text not null check (management in ('GU', 'GS')),
    convention_type text not null default ''
        check (convention_type in ('', 'AC', 'MU', 'RO', 'RC', 'OC', 'SP')),
    criterion text not null default '',
    member text not null default '',
    rights_from text,
    rights_to text,
    third_party integer not null default 0 check (third_party in (0, 1)),
    link text not null default 'UNKNOWN' check (link in ('YES', 'NO', 'UNKNOWN')),
    nir text not null default '',
    indicator text not null default '',
    incoming text references incoming (id)
) strict;

create index french_cover_of on french_cover (patient, captured_at);
create index french_cover_by on french_cover (number, patient);

-- A right or a cover that is not to be used any more, on somebody's word; the row itself stays.
create table french_withdrawn (
    what text primary key,
    device text not null,
    seq integer not null,
    at text not null
) strict, without rowid;

-- A complementary of the practice's own list, by its number; those everybody begins with are rows
-- of the reference file until somebody changes them. Put aside, never deleted, once used.
create table complementary (
    number text primary key check (length(number) = 10),
    device text not null,
    seq integer not null,
    name text not null,
    management text not null check (management in ('GU', 'GS')),
    convention_type text not null default ''
        check (convention_type in ('', 'AC', 'MU', 'RO', 'RC', 'OC', 'SP')),
    criterion text not null default '',
    other_number text not null default '',
    noemie text not null default 'UNKNOWN' check (noemie in ('YES', 'NO', 'UNKNOWN')),
    contact text not null default '',
    street1 text not null default '',
    street2 text not null default '',
    postcode text not null default '',
    city text not null default '',
    phone1 text not null default '',
    phone2 text not null default '',
    email text not null default '',
    account text not null default '',
    routing text not null default '',
    dre_without_tp integer not null default 0 check (dre_without_tp in (0, 1)),
    base text not null default '' check (base in ('', 'TM', 'TARIFF', 'SPENT')),
    franchise_cents integer not null default 0 check (franchise_cents >= 0),
    ceiling_cents integer check (ceiling_cents >= 0),
    threshold_cents integer not null default 0 check (threshold_cents >= 0),
    rate_bp integer not null default 10000 check (rate_bp between 0 and 100000),
    unlisted_acts integer not null default 0 check (unlisted_acts in (0, 1)),
    active integer not null default 1 check (active in (0, 1))
) strict;
