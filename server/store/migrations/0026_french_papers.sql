-- Papers of a practice of France beside the receipt, and what they tell. Of the documents handed
-- over only the check of their kind changes: rows are untouched.
pragma writable_schema = on;

update sqlite_schema set sql = replace(sql, 'check (kind in (''PROOF''))',
    'check (kind in (''PROOF'', ''CARE_SHEET'', ''FEE_NOTE'', ''REQUEST'', ''ASSESSMENT'', ''REPORT''))')
    where name = 'document';

pragma writable_schema = reset;

-- What a kiné found of a treatment on a day (bilan-diagnostic), as it was written; what is written
-- anew is another row.
create table french_assessment (
    id text primary key,
    device text not null,
    seq integer not null,
    treatment text not null references treatment (id),
    kind text not null check (kind in ('INITIAL', 'RENEWAL', 'FINAL')),
    done_on text not null,
    given integer not null check (given >= 0),
    physician text not null,
    pain integer check (pain between 0 and 10),
    findings text not null,
    diagnosis text not null,
    goals text not null,
    plan text not null
) strict;

create index french_assessment_of on french_assessment (treatment, done_on);

-- The report of an assessment, sent to the physician on a day.
create table french_report (
    id text primary key,
    device text not null,
    seq integer not null,
    assessment text not null references french_assessment (id),
    sent_on text not null,
    means text not null check (means in ('POST', 'MAILBOX', 'BY_HAND'))
) strict;

create index french_report_of on french_report (assessment, id);
