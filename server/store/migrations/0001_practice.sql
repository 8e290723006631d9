-- One row: the practice itself. A demo practice says so for ever.
create table practice (
    id text primary key,
    country text not null check (country in ('BE', 'FR')),
    demo integer not null check (demo in (0, 1)),
    name text not null,
    street text not null default '',
    postcode text not null default '',
    city text not null default '',
    billing_mode text not null default 'INDIVIDUAL' check (billing_mode in ('INDIVIDUAL', 'GROUP')),
    third_party_number text,
    enterprise_number text not null default '',
    iban text not null default '',
    bic text not null default '',
    lineage text not null,
    reference_sha256 text not null default '',
    created_at text not null
) strict;

create trigger practice_demo_is_for_ever before update of demo, country on practice
when old.demo <> new.demo or old.country <> new.country
begin select raise(abort, 'immutable'); end;

create trigger practice_is_one before insert on practice
when (select count(*) from practice) > 0
begin select raise(abort, 'one practice per file'); end;

-- A machine of the practice: its letter marks references, its range feeds the official counters.
create table device (
    id text primary key,
    code text not null unique check (length(code) = 1),
    label text not null,
    number_from integer not null,
    number_to integer not null,
    created_at text not null
) strict;

-- A kiné who gives care and signs for it.
create table practitioner (
    id text primary key,
    device text not null,
    seq integer not null,
    number text not null unique,
    last_name text not null,
    first_name text not null,
    phone text not null default '',
    conventioned integer not null check (conventioned in (0, 1))
) strict;

-- A login; never deleted, only made inactive.
create table app_user (
    id text primary key,
    device text not null,
    seq integer not null,
    code text not null unique check (length(code) between 1 and 15),
    last_name text not null,
    first_name text not null,
    role text not null check (role in ('MANDANT', 'MANDATAIRE', 'STAFF', 'VIEWER')),
    is_main integer not null check (is_main in (0, 1)),
    active integer not null default 1 check (active in (0, 1)),
    practitioner text references practitioner (id),
    locale text not null check (locale in ('fr_BE', 'fr_FR', 'nl'))
) strict;

create trigger app_user_stays before delete on app_user
begin select raise(abort, 'users are deactivated, never deleted'); end;

-- One act of one user on one device, hashed onto the act before it.
create table journal (
    device text not null,
    seq integer not null,
    at text not null,
    boot text not null,
    user text not null,
    entity text not null,
    entity_id text not null,
    action text not null,
    before_hash text,
    after_hash text,
    reason text,
    trust text not null check (trust in ('SYNCED', 'PLAUSIBLE', 'SUSPECT')),
    prev_hash text not null,
    hash text not null,
    mac text not null,
    primary key (device, seq)
) strict, without rowid;

create trigger journal_is_written_once before update on journal
begin select raise(abort, 'the journal is never edited'); end;

create trigger journal_is_kept before delete on journal
begin select raise(abort, 'the journal is never shortened'); end;

-- What happened and to what, for the screens.
create table event (
    id integer primary key autoincrement,
    at text not null,
    kind text not null,
    ref text not null
) strict;

-- A choice of the practice that is no legal value (those are dated tables).
create table setting (
    key text primary key,
    value text not null,
    set_by text not null,
    set_at text not null
) strict;

-- The last number given in one official or internal series of one device.
create table counter (
    device text not null,
    series text not null,
    last integer not null,
    primary key (device, series)
) strict, without rowid;
