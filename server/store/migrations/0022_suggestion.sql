-- What the words of a scanned page propose of it: a guess to be verified, written once.
create table suggestion (
    incoming text not null references incoming (id),
    field text not null,
    value text not null,
    primary key (incoming, field)
) strict, without rowid;
