-- Something to send: its bytes and its reference are durable before the first byte leaves.
create table message (
    id text primary key,
    device text not null,
    seq integer not null,
    stream text not null,
    lane text not null,
    target text not null,
    reference text not null unique,
    lot text references lot (id),
    payload blob not null,
    sha256 text not null,
    priority integer not null,
    deadline text,
    not_before text,
    expires_at text,
    depends_on text references message (id),
    created_at text not null,
    state text not null check (state in ('New', 'Ready', 'Leased', 'Done', 'RetryWait', 'Unknown',
        'Failed', 'Expired', 'Cancelled')),
    reason text not null default '',
    next_try text,
    attempts integer not null default 0,
    first_try text,
    empty_since text,
    leased_boot text not null default '',
    leased_until real
) strict;

create index message_due on message (state, lane, priority, deadline, id);

-- The frozen part of a message never changes.
create trigger message_is_frozen before update of payload, sha256, reference, target, stream
on message
begin select raise(abort, 'a sealed message is never edited'); end;

-- One try of one message (or one question about it).
create table attempt (
    id integer primary key autoincrement,
    message text not null references message (id),
    n integer not null,
    kind text not null check (kind in ('send', 'ask')),
    boot text not null,
    at text not null,
    mono real not null,
    sha256 text not null,
    verdict text not null default '',
    reason text not null default '',
    ended_at text
) strict;

create index attempt_of on attempt (message, id);

-- A raw answer of a partner, stored as received, before any understanding.
create table exchange (
    id integer primary key autoincrement,
    at text not null,
    attempt integer references attempt (id),
    sha256 text not null,
    raw blob not null
) strict;

-- One piece of mail: stored, then understood, then confirmed to the mailbox.
create table letter (
    id text primary key,
    device text not null,
    seq integer not null,
    at text not null,
    kind text not null check (kind in ('message', 'tack')),
    name text not null,
    hash text not null,
    sha256 text not null,
    content blob not null,
    reference text not null,
    input_reference text not null,
    result_major text not null,
    applies_to text not null,
    format text not null default '',
    lot text references lot (id),
    state text not null check (state in ('Received', 'Applied', 'Quarantined')),
    reason text not null default '',
    applied_at text,
    confirmed_at text
) strict;

create unique index letter_once on letter (kind, hash, sha256);
create index letter_of_lot on letter (lot, at);
create index letter_state on letter (state, at);

-- What one answer said of one line.
create table line_verdict (
    id integer primary key autoincrement,
    letter text not null references letter (id),
    line text not null references line (id),
    lot text not null references lot (id),
    outcome text not null check (outcome in ('ACCEPTED', 'REJECTED', 'FILE_REFUSED', 'SIGNAL')),
    letter_code text not null default '',
    code text not null default '',
    comment text not null default '',
    accepted_cents integer
) strict;

create index line_verdict_of on line_verdict (line, id);

-- What one answer said of a whole file, not of one line.
create table lot_problem (
    id integer primary key autoincrement,
    letter text not null references letter (id),
    lot text not null references lot (id),
    place text not null,
    letter_code text not null,
    code text not null
) strict;

create index lot_problem_of on lot_problem (lot, id);
