-- What a practice of a million sessions needs: sums that are kept, not counted; indexes for each
-- list in its order; patients found by the beginning of any of their words.

-- How many lines are in each state, and what insurers are asked for them. Kept by triggers.
create table line_total (
    state text primary key check (state in ('Priced', 'Locked', 'Sent', 'Accepted', 'Rejected',
        'PartPaid', 'Paid', 'Replaced', 'PatientDue', 'WrittenOff', 'Reversed')),
    lines integer not null,
    oa_cents integer not null
) strict, without rowid;

-- How many sessions are in each state. Kept by triggers.
create table session_total (
    state text primary key check (state in ('Planned', 'Done', 'Blocked', 'Ready', 'Claimed',
        'Settled', 'Missed', 'Cancelled', 'Voided', 'Private')),
    sessions integer not null
) strict, without rowid;

-- How many living files there are; one row. Kept by triggers.
create table patient_total (
    one integer primary key check (one = 1),
    living integer not null
) strict;

-- What could be billed: priced lines of ready sessions, by payer and month. Kept by triggers.
create table to_bill (
    payer text not null,
    month text not null check (length(month) = 7),
    lines integer not null,
    oa_cents integer not null,
    primary key (payer, month)
) strict, without rowid;

-- What a lot may still bring: asked by its lines that are not refused, received for them, and
-- since when. Kept by triggers.
create table lot_money (
    lot text primary key references lot (id),
    claimed_cents integer not null,
    received_cents integer not null,
    first_received_on text
) strict, without rowid;

insert into line_total select state, count(*), sum(oa_cents) from line group by state;
insert into session_total select state, count(*) from session group by state;
insert into patient_total
    select 1, count(*) from patient where superseded_by is null and archived = 0;
insert into to_bill
    select l.payer, substr(l.care_date, 1, 7), count(*), sum(l.oa_cents)
      from line l join session s on s.id = l.session
     where l.state = 'Priced' and s.state = 'Ready' group by 1, 2;
insert into lot_money
    select l.lot, sum(l.oa_cents), sum(l.paid_cents), since.day
      from line l
      left join (select r.lot, min(p.received_on) as day
                   from reconciliation r join payment p on p.id = r.payment
                  group by r.lot) since on since.lot = l.lot
     where l.lot is not null and l.state in ('Accepted', 'PartPaid', 'Paid') group by l.lot;

create trigger line_total_gains after insert on line
begin
    insert into line_total values (new.state, 1, new.oa_cents)
        on conflict (state) do update
        set lines = lines + 1, oa_cents = oa_cents + excluded.oa_cents;
end;

create trigger line_total_loses after delete on line
begin
    update line_total set lines = lines - 1, oa_cents = oa_cents - old.oa_cents
     where state = old.state;
end;

create trigger line_total_moves after update of state, oa_cents on line
when old.state <> new.state or old.oa_cents <> new.oa_cents
begin
    update line_total set lines = lines - 1, oa_cents = oa_cents - old.oa_cents
     where state = old.state;
    insert into line_total values (new.state, 1, new.oa_cents)
        on conflict (state) do update
        set lines = lines + 1, oa_cents = oa_cents + excluded.oa_cents;
end;

create trigger session_total_gains after insert on session
begin
    insert into session_total values (new.state, 1)
        on conflict (state) do update set sessions = sessions + 1;
end;

create trigger session_total_loses after delete on session
begin
    update session_total set sessions = sessions - 1 where state = old.state;
end;

create trigger session_total_moves after update of state on session
when old.state <> new.state
begin
    update session_total set sessions = sessions - 1 where state = old.state;
    insert into session_total values (new.state, 1)
        on conflict (state) do update set sessions = sessions + 1;
end;

create trigger patient_total_gains after insert on patient
when new.superseded_by is null and new.archived = 0
begin
    insert into patient_total values (1, 1) on conflict (one) do update set living = living + 1;
end;

create trigger patient_total_loses after delete on patient
when old.superseded_by is null and old.archived = 0
begin
    update patient_total set living = living - 1;
end;

create trigger patient_total_moves after update of superseded_by, archived on patient
begin
    update patient_total
       set living = living
                  + (new.superseded_by is null and new.archived = 0)
                  - (old.superseded_by is null and old.archived = 0);
end;

create trigger to_bill_gains after insert on line
when new.state = 'Priced' and (select state from session where id = new.session) = 'Ready'
begin
    insert into to_bill values (new.payer, substr(new.care_date, 1, 7), 1, new.oa_cents)
        on conflict (payer, month) do update
        set lines = lines + 1, oa_cents = oa_cents + excluded.oa_cents;
end;

create trigger to_bill_loses after delete on line
when old.state = 'Priced' and (select state from session where id = old.session) = 'Ready'
begin
    update to_bill set lines = lines - 1, oa_cents = oa_cents - old.oa_cents
     where payer = old.payer and month = substr(old.care_date, 1, 7);
end;

create trigger to_bill_leaves after update of state, payer, care_date, oa_cents on line
when old.state = 'Priced' and (select state from session where id = old.session) = 'Ready'
begin
    update to_bill set lines = lines - 1, oa_cents = oa_cents - old.oa_cents
     where payer = old.payer and month = substr(old.care_date, 1, 7);
end;

create trigger to_bill_comes after update of state, payer, care_date, oa_cents on line
when new.state = 'Priced' and (select state from session where id = new.session) = 'Ready'
begin
    insert into to_bill values (new.payer, substr(new.care_date, 1, 7), 1, new.oa_cents)
        on conflict (payer, month) do update
        set lines = lines + 1, oa_cents = oa_cents + excluded.oa_cents;
end;

create trigger to_bill_opens after update of state on session
when new.state = 'Ready' and old.state <> 'Ready'
begin
    insert into to_bill
        select payer, substr(care_date, 1, 7), count(*), sum(oa_cents) from line
         where session = new.id and state = 'Priced' group by 1, 2
        on conflict (payer, month) do update
        set lines = lines + excluded.lines, oa_cents = oa_cents + excluded.oa_cents;
end;

create trigger to_bill_closes after update of state on session
when old.state = 'Ready' and new.state <> 'Ready'
begin
    insert into to_bill
        select payer, substr(care_date, 1, 7), -count(*), -sum(oa_cents) from line
         where session = new.id and state = 'Priced' group by 1, 2
        on conflict (payer, month) do update
        set lines = lines + excluded.lines, oa_cents = oa_cents + excluded.oa_cents;
end;

create trigger lot_money_leaves after update of state, lot, oa_cents, paid_cents on line
when old.lot is not null and old.state in ('Accepted', 'PartPaid', 'Paid')
begin
    update lot_money
       set claimed_cents = claimed_cents - old.oa_cents,
           received_cents = received_cents - old.paid_cents
     where lot = old.lot;
end;

create trigger lot_money_comes after update of state, lot, oa_cents, paid_cents on line
when new.lot is not null and new.state in ('Accepted', 'PartPaid', 'Paid')
begin
    insert into lot_money values (new.lot, new.oa_cents, new.paid_cents, null)
        on conflict (lot) do update
        set claimed_cents = claimed_cents + excluded.claimed_cents,
            received_cents = received_cents + excluded.received_cents;
end;

create trigger lot_money_since after insert on reconciliation
begin
    insert into lot_money
        select new.lot, 0, 0, received_on from payment where id = new.payment
        on conflict (lot) do update
        set first_received_on = min(coalesce(first_received_on, excluded.first_received_on),
                                    excluded.first_received_on);
end;

create index line_newest on line (care_date, id);
create index line_newest_by_state on line (state, care_date, id);
create index line_of_patient on line (patient, care_date, id);
create index line_after on line (predecessor) where predecessor is not null;
create index line_in_no_lot on line (lot, id) where lot is null;
create index session_recorded on session (patient, recorded_at, id);
create index lot_of_payer on lot (payer, file_day, id);
create index lot_of_number on lot (number, id);
create index message_of_lot on message (lot, id) where lot is not null;
create index message_queue on message (state, lot, created_at);
create index attempt_at on attempt (at);
create index letter_by_hash on letter (hash);
create index patient_replaced on patient (superseded_by) where superseded_by is not null;
create index document_of_session on document (session) where session is not null;
create index payment_unmatched on payment (received_on, id) where matched_cents < amount_cents;

-- The place of a patient in the list of words: a number that no compacting of the file changes.
create table patient_entry (
    number integer primary key,
    patient text not null unique references patient (id)
) strict;

-- The words a patient is found by: names without accents, birth date both ways round, NISS.
-- Only their list is kept, not the words themselves.
create virtual table patient_words using fts5 (
    words, content = '', contentless_delete = 1, prefix = '1 2 3 4',
    tokenize = 'unicode61 remove_diacritics 2'
);

insert into patient_entry (patient) select id from patient order by id;
insert into patient_words (rowid, words)
    select e.number,
           p.search || coalesce(' ' || strftime('%d%m%Y', p.birth_date)
           || ' ' || strftime('%Y%m%d', p.birth_date), '') || coalesce(' ' || p.niss, '')
      from patient_entry e join patient p on p.id = e.patient;

create trigger patient_words_gain after insert on patient
begin
    insert into patient_entry (patient) values (new.id);
    insert into patient_words (rowid, words)
        select number,
               new.search || coalesce(' ' || strftime('%d%m%Y', new.birth_date)
               || ' ' || strftime('%Y%m%d', new.birth_date), '') || coalesce(' ' || new.niss, '')
          from patient_entry where patient = new.id;
end;

create trigger patient_words_change after update of search, birth_date, niss on patient
when old.search <> new.search or old.birth_date is not new.birth_date or old.niss is not new.niss
begin
    delete from patient_words where rowid = (select number from patient_entry
                                              where patient = old.id);
    insert into patient_words (rowid, words)
        select number,
               new.search || coalesce(' ' || strftime('%d%m%Y', new.birth_date)
               || ' ' || strftime('%Y%m%d', new.birth_date), '') || coalesce(' ' || new.niss, '')
          from patient_entry where patient = new.id;
end;
