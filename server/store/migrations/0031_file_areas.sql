-- The areas of a patient's file: notes, alarms, other addresses, particulars. Rows are only added;
-- what ends one is a row of its own, with its author and its instant.

-- A note of the practice, or of care: read by who treats the patient alone. Corrected by a newer one.
create table patient_note (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    at text not null,
    author text not null references app_user (id),
    care integer not null check (care in (0, 1)),
    body text not null check (length(body) between 1 and 2000),
    replaces text unique references patient_note (id)
) strict;

create index patient_note_of on patient_note (patient, id);

create trigger patient_note_stays before update on patient_note
begin select raise(abort, 'a note is corrected by another, never changed'); end;

create table patient_note_struck (
    note text primary key references patient_note (id),
    device text not null,
    seq integer not null,
    at text not null,
    author text not null references app_user (id)
) strict;

-- A sentence to be seen from a day on, until a day or until somebody ends it.
create table patient_alarm (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    at text not null,
    author text not null references app_user (id),
    care integer not null check (care in (0, 1)),
    body text not null check (length(body) between 1 and 200),
    shown_from text not null,
    shown_until text check (shown_until >= shown_from),
    each_visit integer not null check (each_visit in (0, 1))
) strict;

create index patient_alarm_of on patient_alarm (patient, id);

create trigger patient_alarm_stays before update on patient_alarm
begin select raise(abort, 'an alarm is ended, never changed'); end;

create table patient_alarm_ended (
    alarm text primary key references patient_alarm (id),
    device text not null,
    seq integer not null,
    at text not null,
    author text not null references app_user (id)
) strict;

-- The alarms nobody ended, by their last day: those that can still be due are found at once.
create table patient_alarm_open (
    until text not null,                   -- 9999-12-31 without a last day
    alarm text not null references patient_alarm (id),
    primary key (until, alarm)
) strict, without rowid;

create trigger patient_alarm_opens after insert on patient_alarm
begin
    insert into patient_alarm_open values (coalesce(new.shown_until, '9999-12-31'), new.id);
end;

create trigger patient_alarm_closes after insert on patient_alarm_ended
begin
    delete from patient_alarm_open where alarm = new.alarm and until =
        (select coalesce(shown_until, '9999-12-31') from patient_alarm where id = new.alarm);
end;

-- Where somebody is cared for, or has letters sent, besides his home.
create table patient_place (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    at text not null,
    author text not null references app_user (id),
    kind text not null check (kind in ('CARE', 'LETTERS')),
    name text not null,
    street text not null,
    postcode text not null,
    city text not null,
    access text not null,                  -- how one gets in: code of the door, floor
    valid_from text not null,
    valid_until text check (valid_until >= valid_from)
) strict;

create index patient_place_of on patient_place (patient, id);

create table patient_place_ended (
    place text primary key references patient_place (id),
    device text not null,
    seq integer not null,
    at text not null,
    author text not null references app_user (id),
    last_day text not null
) strict;

-- What else is known of somebody, a fact at a time; the newest of a key counts, empty: no longer.
create table patient_particular (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    at text not null,
    author text not null references app_user (id),
    key text not null
        check (key in ('PHYSICIAN', 'CONTACT', 'PROFESSION', 'EMPLOYER', 'CAME_BY', 'MORE')),
    value text not null check (length(value) <= 2000)
) strict;

create index patient_particular_of on patient_particular (patient, id);
