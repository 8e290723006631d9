-- A refused invoice is made again under a number of its own: a session may have several invoices,
-- each but the first in place of one that was refused. The table is made anew, for the session was
-- unique in it; its rows are copied as they are.
create table french_invoice_next (
    number integer primary key check (number between 100000001 and 999999999),
    device text not null,
    seq integer not null,
    session text not null references session (id),
    patient text not null references patient (id),
    invoiced_on text not null,
    corrects integer unique references french_invoice (number) check (corrects <> number)
) strict;

insert into french_invoice_next
select number, device, seq, session, patient, invoiced_on, null from french_invoice;

drop table french_invoice;
alter table french_invoice_next rename to french_invoice;

create index french_invoice_on on french_invoice (invoiced_on, number);
create index french_invoice_of on french_invoice (patient, number);
create index french_invoice_session on french_invoice (session, number);

-- One invoice of a session corrects none: the others are made from it, one after the other.
create unique index french_invoice_first on french_invoice (session) where corrects is null;

-- Which invoice a receipt was printed for: its copies are counted for that one.
alter table french_receipt add column invoice integer;
update french_receipt set invoice =
    (select number from french_invoice i where i.session = french_receipt.session);

-- A payer refused an invoice, as somebody copied it from what the payer wrote. What had been decided
-- and what it amounted to stand beside it, as they were that day. One noted by mistake is named in
-- french_withdrawn.
create table french_reject (
    id text primary key,
    device text not null,
    seq integer not null,
    at text not null,
    by text not null,
    invoice integer not null references french_invoice (number),
    session text not null references session (id),
    patient text not null references patient (id),
    label text not null check (length(label) between 1 and 200),
    part text not null check (part in ('AMO', 'AMC')),
    code text not null,                    -- of the table of labels, "" when it knows none
    billing text references french_billing (id),
    charged_cents integer not null,
    amo_cents integer not null,
    amc_cents integer not null,
    owed_cents integer not null
) strict;

create index french_reject_of on french_reject (invoice, id);
create index french_reject_patient on french_reject (patient, id);
create index french_reject_session on french_reject (session, id);

create trigger french_reject_is_kept_as_it_was before update on french_reject
begin select raise(abort, 'a noted reject is never changed'); end;

-- The rejects nobody corrected or took back: few, so that looking for them costs nothing.
create table french_reject_open (
    reject text primary key references french_reject (id)
) strict, without rowid;

create trigger french_reject_opens after insert on french_reject
begin insert into french_reject_open (reject) values (new.id); end;

create trigger french_reject_is_taken_back after insert on french_withdrawn
begin delete from french_reject_open where reject = new.what; end;

create trigger french_reject_is_corrected after insert on french_invoice when new.corrects is not null
begin
    delete from french_reject_open where reject in
        (select id from french_reject where invoice = new.corrects);
end;

-- « TP sécurisé » of an invoice that was corrected begins again. Only the words of the table change.
pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, '''PATIENT_PAYS''', '''PATIENT_PAYS'', ''CORRECTED''')
 where type = 'table' and name = 'tp_end';
pragma writable_schema = reset;
