-- A document may come by mail. A check does not change how rows are kept, so the rows stay where they
-- are: only the words of the table are written anew (https://sqlite.org/lang_altertable.html, §7).
pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, '''CAMERA''', '''CAMERA'', ''MAIL''')
 where type = 'table' and name = 'incoming';
pragma writable_schema = reset;

-- A message of the mailbox for papers, as it came; empty when it was too large to be fetched.
create table mail_message (
    id text primary key,
    device text not null,
    seq integer not null,
    box text not null,                     -- account and server
    uidl text not null,                    -- its name there, for ever (RFC 1939)
    received_at text not null,
    sha256 text not null,
    bytes blob not null,
    unique (box, uidl)
) strict;

create trigger mail_message_is_kept_as_it_came before update on mail_message
begin select raise(abort, 'a received message is never changed'); end;

-- What was found in it, once it was taken apart.
create table mail_opened (
    message text primary key references mail_message (id),
    device text not null,
    seq integer not null,
    at text not null,
    papers integer not null,
    known integer not null,                -- of these, how many had come before
    kept_out integer not null              -- parts that are no paper
) strict;

-- The messages nobody took apart yet: few, so that looking for them costs nothing.
create table mail_closed (
    message text primary key references mail_message (id)
) strict, without rowid;

create trigger mail_message_is_closed after insert on mail_message
begin insert into mail_closed (message) values (new.id); end;

create trigger mail_opened_opens_it after insert on mail_opened
begin delete from mail_closed where message = new.message; end;
