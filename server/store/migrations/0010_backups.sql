-- The practice's own Ed25519 key: signs the manifests of its copies.
create table manifest_key (
    id integer primary key check (id = 1),
    private blob not null check (length(private) = 32),
    public blob not null check (length(public) = 32),
    made_at text not null
) strict;

-- A copy of this file made somewhere, and what its last check by restoring found.
create table backup (
    id text not null,
    place text not null,
    name text not null,
    made_at text not null,
    cause text not null check (cause in ('ASKED', 'USE', 'CLOSING', 'MIGRATION', 'UPDATE', 'REKEY')),
    bytes integer not null,
    verdict text not null default '' check (verdict in ('', 'GOOD', 'BAD', 'GONE')),
    reason text not null default '',
    checked_at text,
    seconds real,
    primary key (id, place)
) strict, without rowid;

create index backup_by_age on backup (place, made_at);

-- A return to an earlier copy: until a person answers, what was done since is in doubt.
create table homecoming (
    lineage text primary key,
    cause text not null check (cause in ('RESTORED', 'OLDER')),
    backup text not null,
    copied_at text not null,
    at text not null,
    slot integer not null check (slot between 1 and 18),
    answered_at text,
    answered_by text not null default ''
) strict, without rowid;
