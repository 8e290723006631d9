-- A file of conventions, as it came: one version of the table of its family. Its rows wait beside
-- those in use until a person confirms; the swap is a change of states.
create table convention_table (
    number integer primary key,
    id text not null unique,
    device text not null,
    seq integer not null,                  -- of the act that read, confirmed or undid it
    kind text not null check (kind in ('C', 'R', 'X')),
    family text not null,
    name text not null,
    came_as text not null default '',      -- the name of the file, when a copy of it was taken
    day text,                              -- the version its name announces
    sha256 text not null default '',
    origin text not null check (origin in ('MANUAL', 'DURING_TRANSMISSION', 'FOLDER', 'HAND')),
    at text not null,
    by text not null,
    state text not null check (state in
        ('LOADING', 'PENDING', 'ACTIVE', 'REPLACED', 'DECLINED', 'REFUSED', 'UNDONE')),
    reason text not null default '',       -- why it was refused
    rows integer not null default 0,
    rejected integer not null default 0,
    elsewhere integer not null default 0,
    added integer not null default 0,
    changed integer not null default 0,
    ended integer not null default 0,
    masks text not null default '',        -- the shapes of its criteria, with spaces between
    activated_at text,
    swept integer not null default 0,      -- its rows are gone: nobody can need them
    replaces integer references convention_table (number)
) strict;

create unique index convention_table_in_use on convention_table (kind, family)
    where state = 'ACTIVE';
create index convention_table_state on convention_table (state, kind);

-- Lines that were left out, the first two hundred of each file.
create table convention_bad_row (
    tbl integer not null references convention_table (number),
    line integer not null,
    reason text not null,
    found text not null,
    primary key (tbl, line)
) strict, without rowid;

-- A row as its file says it, all its cells in one text, and beside it what rows are looked up by.
create table convention (
    id integer primary key,
    tbl integer not null references convention_table (number),
    said integer not null,                 -- digest of the cells
    signatory text not null,
    type text not null,
    criterion text not null,
    accord text not null,
    number text not null,
    begins text not null,
    cells text not null
) strict;

create index convention_criterion on convention (tbl, criterion, accord) where type = 'RO';
create index convention_signatory on convention (tbl, ltrim(signatory, '0')) where type <> 'RO';
create index convention_number on convention (tbl, ltrim(number, '0')) where number <> '';

create table convention_member (
    id integer primary key,
    tbl integer not null references convention_table (number),
    said integer not null,
    number text not null,
    type text not null,
    criterion text not null,
    signatory text not null,
    cells text not null
) strict;

create index convention_member_number on convention_member (tbl, ltrim(number, '0'));

create table convention_conversion (
    id integer primary key,
    tbl integer not null references convention_table (number),
    said integer not null,
    mutual text not null,
    body text not null,
    cells text not null
) strict;

create index convention_conversion_mutual on convention_conversion (tbl, mutual);

-- Conventions a person put aside: by what names them, so that no later file brings them back.
create table convention_off (
    named text primary key,
    device text not null,
    seq integer not null,
    at text not null,
    by text not null
) strict, without rowid;

-- Which of equal conventions a person chose for a patient, by all it says: should a later file say
-- otherwise, he is asked again.
create table convention_choice (
    patient text not null references patient (id),
    sought text not null,                  -- type, accord and number that were looked for
    device text not null,
    seq integer not null,
    said integer not null,
    primary key (patient, sought)
) strict, without rowid;
