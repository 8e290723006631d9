-- A file that came in from outside, as it came: never changed, never without its digest.
create table incoming (
    id text primary key,
    device text not null,
    seq integer not null,
    received_at text not null,
    origin text not null check (origin in ('SCAN', 'IMPORT', 'FOLDER', 'CAMERA')),
    name text not null,
    sha256 text not null unique,
    bytes blob not null
) strict;

create trigger incoming_is_kept_as_it_came before update on incoming
begin select raise(abort, 'a received document is never changed'); end;

-- A page of it as the screens show it, made once by the process that may decode.
create table incoming_page (
    incoming text not null references incoming (id),
    number integer not null,
    score integer not null,
    advice text not null,
    bytes blob not null,
    primary key (incoming, number)
) strict, without rowid;

-- A code found on it: a text to look at, never opened.
create table incoming_code (
    incoming text not null references incoming (id),
    number integer not null,
    symbology text not null,
    text text not null,
    to_verify integer not null,
    primary key (incoming, number)
) strict, without rowid;

-- What was said of it, version after version; the last one holds.
create table filing (
    incoming text not null references incoming (id),
    version integer not null,
    device text not null,
    seq integer not null,
    at text not null,
    by text not null,
    state text not null check (state in ('IN_TRAY', 'TO_PROCESS', 'FILED', 'DISCARDED')),
    problem text not null default '',
    kind text check (kind in ('RX_SCAN', 'AMC_CARD', 'MEDICAL_REPORT', 'PAPER_ATTEST', 'CORRESPONDENCE')),
    patient text references patient (id),
    dated text,
    valid_from text,
    valid_to text,
    reason text not null default '',
    primary key (incoming, version)
) strict, without rowid;

create trigger filing_is_written_once before update on filing
begin select raise(abort, 'what was said of a document is added to, never changed'); end;

create index filing_patient on filing (patient);
create index filing_discarded on filing (at) where state = 'DISCARDED';

-- The documents on the table: few, so that counting them costs nothing.
create table tray (
    incoming text primary key references incoming (id),
    since text not null
) strict, without rowid;

-- The documents in the file of a patient.
create table patient_document (
    patient text not null references patient (id),
    at text not null,
    incoming text not null references incoming (id),
    primary key (patient, at, incoming)
) strict, without rowid;

create trigger filing_moves_it after insert on filing
begin
    delete from tray where incoming = new.incoming;
    insert into tray (incoming, since)
        select new.incoming, new.at where new.state in ('IN_TRAY', 'TO_PROCESS');
    delete from patient_document where incoming = new.incoming;
    insert into patient_document (patient, at, incoming)
        select new.patient, new.at, new.incoming where new.state = 'FILED';
end;
