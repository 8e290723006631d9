-- A card tied to a user: a fact of the practice, ended and never deleted. The mark is what the door
-- knows the card by while everything else is encrypted.
create table user_card (
    id text primary key,
    device text not null,
    seq integer not null,
    user text not null references app_user (id),
    kind text not null check (kind in ('EID', 'CPS')),
    holder text not null,
    number text not null,
    name text not null,
    mark text not null,
    tied_at text not null,
    tied_by text not null,
    ended_at text,
    ended_by text
) strict;

create unique index user_card_is_one_person_s on user_card (kind, number) where ended_at is null;
create index user_card_of_holder on user_card (kind, holder) where ended_at is null;

create trigger user_card_stays before delete on user_card
begin select raise(abort, 'a tied card is ended, never deleted'); end;

create trigger user_card_only_ends before update on user_card
when old.ended_at is not null or new.ended_at is null or old.user <> new.user
    or old.holder <> new.holder or old.number <> new.number or old.mark <> new.mark
begin select raise(abort, 'a tied card is ended, never changed'); end;

-- A mandate: one person reaches one service of the insurers' hub in the name of who holds the
-- practice, from a day to a day. Its end may be set; nothing else of it ever changes.
create table mandate (
    id text primary key,
    device text not null,
    seq integer not null,
    user text not null references app_user (id),
    service text not null check (service in ('EFACT', 'EATTEST', 'MEMBERDATA', 'EAGREEMENT')),
    number text not null,
    valid_from text not null,
    valid_to text,
    given_at text not null,
    given_by text not null
) strict;

create index mandate_of_user on mandate (user, service, valid_from);

create trigger mandate_stays before delete on mandate
begin select raise(abort, 'a mandate is ended, never deleted'); end;

create trigger mandate_only_ends before update on mandate
when old.user <> new.user or old.service <> new.service or old.number <> new.number
    or old.valid_from <> new.valid_from
begin select raise(abort, 'a mandate is ended, never changed'); end;
