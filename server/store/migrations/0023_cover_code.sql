-- The text of the code a French cover was read from, as it was: what it means may be learnt later.
create table cover_code (
    cover text primary key references french_cover (id),
    symbology text not null,
    text text not null
) strict, without rowid;
