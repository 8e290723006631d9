-- How the identity of a patient was proved at his side: by the chip of his card, or by hand with a
-- reason, in the codes insurers take. Evidence: rows are only added, and none is dated again.
create table identity_proof (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    at text not null,
    input text not null check (length(input) = 1),
    medium text not null check (length(medium) = 1),
    serial text not null default '',
    manual_reason text not null default '0' check (length(manual_reason) = 1),
    vignette_reason text not null default '0' check (length(vignette_reason) = 1),
    card_read text references card_read (id)
) strict;

create index identity_proof_of on identity_proof (patient, at);

create trigger identity_proof_is_written_once before update on identity_proof
begin select raise(abort, 'a proof is never dated again'); end;

-- Which proof belongs to which session; a session has at most one.
create table session_proof (
    session text primary key references session (id),
    proof text not null references identity_proof (id),
    device text not null,
    seq integer not null
) strict, without rowid;

create index session_proof_by on session_proof (proof);

-- Of the sessions of a month that insurers may be asked for: how many, how many proved by the chip
-- of a card, how many by hand. Kept by triggers.
create table proof_total (
    month text primary key check (length(month) = 7),
    sessions integer not null,
    chip integer not null,
    by_hand integer not null
) strict, without rowid;

-- Readings made before this version are told as they would have been written then: 1, 1.
insert into identity_proof
    select c.id, c.device, c.seq, i.patient, c.at, '1', '1', c.card_number, '0', '0', c.id
      from card_read c join patient_identity i on i.card_read = c.id
     where c.kind = 'EID' group by c.id;

insert into session_proof
    select s.id, s.card_read, s.device, s.seq from session s
     where s.card_read in (select id from identity_proof);

insert into proof_total
    select substr(s.care_date, 1, 7), count(*),
           count(p.id) filter (where p.card_read is not null),
           count(p.id) filter (where p.card_read is null)
      from session s
      left join session_proof sp on sp.session = s.id
      left join identity_proof p on p.id = sp.proof
     where s.state in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled') group by 1;

create trigger proof_total_gains after insert on session
when new.state in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
begin
    insert into proof_total values (substr(new.care_date, 1, 7), 1, 0, 0)
        on conflict (month) do update set sessions = sessions + 1;
end;

create trigger proof_total_proved after insert on session_proof
when (select state from session where id = new.session)
     in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
begin
    insert into proof_total
        select substr(s.care_date, 1, 7), 0, p.card_read is not null, p.card_read is null
          from session s join identity_proof p on p.id = new.proof where s.id = new.session
        on conflict (month) do update
        set chip = chip + excluded.chip, by_hand = by_hand + excluded.by_hand;
end;

create trigger proof_total_leaves after update of state on session
when old.state in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
     and new.state not in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
begin
    insert into proof_total
        select substr(old.care_date, 1, 7), -1, -count(p.card_read),
               count(p.card_read) - count(p.id)
          from session_proof sp join identity_proof p on p.id = sp.proof where sp.session = old.id
        on conflict (month) do update
        set sessions = sessions - 1, chip = chip + excluded.chip,
            by_hand = by_hand + excluded.by_hand;
end;

create trigger proof_total_comes_back after update of state on session
when new.state in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
     and old.state not in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
begin
    insert into proof_total
        select substr(new.care_date, 1, 7), 1, count(p.card_read),
               count(p.id) - count(p.card_read)
          from session_proof sp join identity_proof p on p.id = sp.proof where sp.session = new.id
        on conflict (month) do update
        set sessions = sessions + 1, chip = chip + excluded.chip,
            by_hand = by_hand + excluded.by_hand;
end;

create trigger proof_total_loses after delete on session
when old.state in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled')
begin
    update proof_total set sessions = sessions - 1 where month = substr(old.care_date, 1, 7);
end;
