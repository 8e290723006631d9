-- Care in France. What a check of the shared tables forbade is allowed: a treatment named by its
-- letter alone, a coding ("TER 9.80") or an allowance ("IK") as an act, a prescription that counts
-- no session, a part paid by a complementary insurer. Rows are untouched: only the checks change.
alter table line add column amc_cents integer not null default 0 check (amc_cents >= 0);

pragma writable_schema = on;

update sqlite_schema set sql = replace(sql, '''DAY_HOSPITAL'', ''CONSULTATIVE'')',
    '''DAY_HOSPITAL'', ''CONSULTATIVE'', ''NGAP'')') where name = 'treatment';
update sqlite_schema set sql = replace(sql, 'check (length(code) = 6)',
    'check (length(code) between 1 and 10)') where name = 'act';
update sqlite_schema set sql = replace(sql, 'max_sessions integer not null check',
    'max_sessions integer check') where name = 'prescription';
update sqlite_schema set sql = replace(sql,
    'check (fee_cents = oa_cents + copay_cents + supplement_cents)',
    'check (fee_cents = oa_cents + amc_cents + copay_cents + supplement_cents)')
    where name = 'line';

pragma writable_schema = reset;

-- What is treated, and what others than the physician said of it.
create table french_treatment (
    treatment text primary key references treatment (id),
    device text not null,
    seq integer not null,
    territory text not null,
    operated integer not null check (operated in (0, 1)),
    ald integer not null check (ald in (0, 1)),
    maternity integer not null check (maternity in (0, 1)),
    work integer not null check (work in (0, 1)),
    diagnosed integer not null check (diagnosed in (0, 1)),
    metres integer not null check (metres >= 0),
    outside_town integer not null check (outside_town in (0, 1)),
    discharge integer not null check (discharge in (0, 1))
) strict;

-- What decides the price of one session beside its acts; written with it, never changed.
create table french_session (
    session text primary key references session (id),
    device text not null,
    seq integer not null,
    metres integer not null check (metres >= 0),
    outside_town integer not null check (outside_town in (0, 1)),
    first_here integer not null check (first_here in (0, 1)),
    discharge integer not null check (discharge in (0, 1)),
    hour integer check (hour between 0 and 23),
    called integer not null check (called in (0, 1)),
    overrun_cents integer not null check (overrun_cents >= 0),
    overrun_reason text not null
) strict;

-- One request for a prior agreement, sent on a day; and each answer to it, the newest counts.
create table french_request (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    situation text not null,
    sent_on text not null,
    sessions_asked integer not null check (sessions_asked > 0),
    argument text not null
) strict;

create index french_request_of on french_request (patient, sent_on);

create table french_answer (
    id text primary key,
    device text not null,
    seq integer not null,
    request text not null references french_request (id),
    answer text not null check (answer in ('ACCEPTED', 'REFUSED')),
    answered_on text not null,
    sessions_granted integer check (sessions_granted > 0)
) strict;

create index french_answer_of on french_answer (request, id);

-- What lets a kiné treat without a prescription, from a day to a day; rows are only added.
create table french_access (
    id text primary key,
    device text not null,
    seq integer not null,
    practitioner text not null references practitioner (id),
    ground text not null check (ground in ('STRUCTURE', 'TERRITORY')),
    since text not null,
    until text,
    substitute integer not null check (substitute in (0, 1))
) strict;

create index french_access_of on french_access (practitioner, id);

drop trigger line_was;
create trigger line_was after update of ref, act, session, patient, predecessor, code, care_date,
    payer, mutuality, ct1, ct2, bim, fee_cents, oa_cents, amc_cents, copay_cents, supplement_cents,
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
        'paid_cents', old.paid_cents, 'state', old.state, 'amc_cents', old.amc_cents,
        'born_device', old.device, 'born_seq', old.seq)
    from acting a;
end;

drop trigger line_was_there;
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
        'paid_cents', old.paid_cents, 'state', old.state, 'amc_cents', old.amc_cents,
        'born_device', old.device, 'born_seq', old.seq)
    from acting a;
end;
