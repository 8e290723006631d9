-- Network scanners of the practice: their address, and the certificate first seen of one that
-- speaks TLS.
create table scanner (
    id text primary key,
    device text not null,
    seq integer not null,
    address text not null unique,
    certificate text not null default ''
) strict;
