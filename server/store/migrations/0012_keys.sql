-- A key that outlives the key of the file: once the file was encrypted again, its journal is still
-- marked under the key it began with.
create table inner_key (
    purpose text primary key check (purpose = 'journal'),
    key blob not null check (length(key) = 32),
    made_at text not null
) strict, without rowid;

-- What a user's PIN gives, for a locked program that still runs: never the PIN itself.
create table pin (
    user text primary key,
    salt blob not null check (length(salt) = 16),
    half blob not null check (length(half) = 32),
    made_at text not null
) strict, without rowid;

-- What was typed and not sent when the practice was locked: forms of a page, as JSON.
create table draft (
    user text not null,
    place text not null,
    forms text not null,
    at text not null,
    shown integer not null check (shown in (0, 1)),
    primary key (user, place)
) strict, without rowid;
