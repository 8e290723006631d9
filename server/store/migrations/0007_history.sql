-- The right an act was done under; "" when the program itself acted. Rows written before this
-- column existed have none, and their hash was made without it.
alter table journal add column "right" text;

create index journal_of on journal (entity_id, device, seq);
create index journal_by on journal (user, device, seq);

-- The act now under way, one row: it tells the triggers below which act ends a state of affairs.
create table acting (
    only integer primary key check (only = 1),
    device text not null,
    seq integer not null,
    at text not null
) strict;

-- A row of the journal whose clock said earlier than the row before it.
create table clock_back (
    device text not null,
    seq integer not null,
    primary key (device, seq)
) strict, without rowid;

-- From which act on the past of this file is exact; no row in a file born with the tables below.
create table history_start (
    device text primary key,
    seq integer not null
) strict;

insert into history_start select device, max(seq) from journal group by device;

insert into acting
select 1, device, seq, at from journal order by at desc, seq desc limit 1;

insert into clock_back
select device, seq from (
    select device, seq, at, lag(at) over (partition by device order by seq) as before from journal
) where at < before;

create trigger journal_is_the_act after insert on journal
begin
    insert into clock_back
    select new.device, new.seq from acting where device = new.device and at > new.at;
    insert or replace into acting values (1, new.device, new.seq, new.at);
end;

-- A row as it stood until an act changed or removed it: the facts in JSON, the act that ended it.
-- States of sessions and lines are not here: `step` keeps them.
create table former (
    id integer primary key,
    entity text not null check (entity in ('patient', 'treatment', 'session', 'line')),
    entity_id text not null,
    patient text not null,
    device text not null,
    seq integer not null,
    facts text not null
) strict;

create index former_of on former (patient, id);

create trigger former_is_written_once before update on former
begin select raise(abort, 'the past is never edited'); end;

create trigger former_is_kept before delete on former
begin select raise(abort, 'the past is never shortened'); end;

create trigger patient_was after update on patient
begin
    insert into former (entity, entity_id, patient, device, seq, facts)
    select 'patient', old.id, old.id, a.device, a.seq, json_object(
        'id', old.id, 'niss', old.niss, 'last_name', old.last_name,
        'first_name', old.first_name, 'birth_date', old.birth_date, 'sex', old.sex,
        'language', old.language, 'phone', old.phone, 'draft', old.draft,
        'archived', old.archived)
    from acting a;
end;

create trigger treatment_was after update on treatment
begin
    insert into former (entity, entity_id, patient, device, seq, facts)
    select 'treatment', old.id, old.patient, a.device, a.seq, json_object(
        'id', old.id, 'patient', old.patient, 'practitioner', old.practitioner,
        'prescription', old.prescription, 'category', old.category, 'situation', old.situation,
        'place', old.place, 'start_date', old.start_date, 'end_date', old.end_date,
        'sessions_elsewhere', old.sessions_elsewhere,
        'sessions_declared', old.sessions_declared, 'state', old.state)
    from acting a;
end;

create trigger session_was after update of treatment, patient, practitioner, prescription,
    care_date, place, institution, card_read, second_reason, copay_collected_cents,
    payment_means, recorded_at on session
begin
    insert into former (entity, entity_id, patient, device, seq, facts)
    select 'session', old.id, old.patient, a.device, a.seq, json_object(
        'id', old.id, 'treatment', old.treatment, 'patient', old.patient,
        'practitioner', old.practitioner, 'prescription', old.prescription,
        'care_date', old.care_date, 'place', old.place, 'institution', old.institution,
        'card_read', old.card_read, 'second_reason', old.second_reason,
        'copay_collected_cents', old.copay_collected_cents,
        'payment_means', old.payment_means, 'recorded_at', old.recorded_at,
        'state', old.state)
    from acting a;
end;

create trigger line_was after update of ref, act, session, patient, predecessor, code, care_date,
    payer, mutuality, ct1, ct2, bim, fee_cents, oa_cents, copay_cents, supplement_cents,
    tariff_version, confidence, quote, paid_cents on line
begin
    insert into former (entity, entity_id, patient, device, seq, facts)
    select 'line', old.id, old.patient, a.device, a.seq, json_object(
        'id', old.id, 'ref', old.ref, 'act', old.act, 'session', old.session,
        'patient', old.patient, 'predecessor', old.predecessor, 'code', old.code,
        'care_date', old.care_date, 'payer', old.payer, 'mutuality', old.mutuality,
        'ct1', old.ct1, 'ct2', old.ct2, 'bim', old.bim, 'fee_cents', old.fee_cents,
        'oa_cents', old.oa_cents, 'copay_cents', old.copay_cents,
        'supplement_cents', old.supplement_cents, 'tariff_version', old.tariff_version,
        'confidence', old.confidence, 'quote', old.quote, 'lot', old.lot,
        'paid_cents', old.paid_cents, 'state', old.state,
        'born_device', old.device, 'born_seq', old.seq)
    from acting a;
end;

create trigger line_was_there after delete on line
begin
    insert into former (entity, entity_id, patient, device, seq, facts)
    select 'line', old.id, old.patient, a.device, a.seq, json_object(
        'id', old.id, 'ref', old.ref, 'act', old.act, 'session', old.session,
        'patient', old.patient, 'predecessor', old.predecessor, 'code', old.code,
        'care_date', old.care_date, 'payer', old.payer, 'mutuality', old.mutuality,
        'ct1', old.ct1, 'ct2', old.ct2, 'bim', old.bim, 'fee_cents', old.fee_cents,
        'oa_cents', old.oa_cents, 'copay_cents', old.copay_cents,
        'supplement_cents', old.supplement_cents, 'tariff_version', old.tariff_version,
        'confidence', old.confidence, 'quote', old.quote, 'lot', old.lot,
        'paid_cents', old.paid_cents, 'state', old.state,
        'born_device', old.device, 'born_seq', old.seq)
    from acting a;
end;

-- A reason why a session could not be billed, from the act that brought it to the one that ended it.
create table former_block (
    id integer primary key,
    session text not null,
    reason text not null,
    code text not null,
    opens text not null,
    facts text not null,
    device text not null,
    seq integer not null,
    ended_device text,
    ended_seq integer
) strict;

create index former_block_of on former_block (session, id);
create index former_block_open on former_block (session, reason, code) where ended_seq is null;

insert into former_block (session, reason, code, opens, facts, device, seq)
select b.session, b.reason, b.code, b.opens, b.facts, s.device, s.seq
  from session_block b join session s on s.id = b.session;

create trigger session_block_comes after insert on session_block
begin
    insert into former_block (session, reason, code, opens, facts, device, seq)
    select new.session, new.reason, new.code, new.opens, new.facts, a.device, a.seq
      from acting a;
end;

create trigger session_block_goes after delete on session_block
begin
    update former_block
       set ended_device = (select device from acting), ended_seq = (select seq from acting)
     where session = old.session and reason = old.reason and code = old.code
       and ended_seq is null;
end;

-- The key the practice signs with; it never leaves the encrypted file, its public half does.
create table signing_key (
    id text primary key,
    purpose text not null unique check (purpose in ('journal')),
    private blob not null check (length(private) = 32),
    public blob not null check (length(public) = 32),
    created_at text not null
) strict;

-- Where one chain of the journal stood, signed: the last row of each day, of each sealed lot, of
-- each export. The ids leave no gap.
create table journal_head (
    id integer primary key autoincrement,
    device text not null,
    seq integer not null,
    hash text not null,
    at text not null,
    why text not null check (why in ('DAY', 'LOT', 'EXPORT')),
    lot text,
    signature text not null
) strict;

create trigger journal_head_is_written_once before update on journal_head
begin select raise(abort, 'a signed head is never edited'); end;

create trigger journal_head_is_kept before delete on journal_head
begin select raise(abort, 'a signed head is never removed'); end;
