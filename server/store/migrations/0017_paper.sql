-- Network scanners of the practice: their address, and the certificate first seen of one that
-- speaks TLS.
create table scanner (
    id text primary key,
    device text not null,
    seq integer not null,
    address text not null unique,
    certificate text not null default ''
) strict;

-- How the pages of a received document are to be seen, asked by a person; the file itself stays as
-- it came. Without leaves: as it came.
create table revision (
    incoming text not null references incoming (id),
    version integer not null,
    device text not null,
    seq integer not null,
    at text not null,
    by text not null,
    leaves text not null,
    primary key (incoming, version)
) strict, without rowid;

create trigger revision_is_written_once before update on revision
begin select raise(abort, 'how a document is seen is added to, never changed'); end;

-- What was made of it by the process that may decode: a PDF, its pages, or why there are none.
create table revision_made (
    incoming text not null,
    version integer not null,
    problem text not null,
    bytes blob not null,
    primary key (incoming, version),
    foreign key (incoming, version) references revision (incoming, version)
) strict, without rowid;

create table revision_page (
    incoming text not null,
    version integer not null,
    number integer not null,
    score integer not null,
    advice text not null,
    bytes blob not null,
    primary key (incoming, version, number),
    foreign key (incoming, version) references revision (incoming, version)
) strict, without rowid;
