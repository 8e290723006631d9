-- The French number of a patient, as one source gave it; rows are only added, the newest counts.
-- A child may bear the number of a parent: it is found with its birth date, never alone.
create table patient_nir (
    id text primary key,
    device text not null,
    seq integer not null,
    patient text not null references patient (id),
    origin text not null check (origin in ('CARD', 'MANUAL')),
    captured_at text not null,
    nir text not null check (length(nir) = 15)
) strict;

create index patient_nir_of on patient_nir (patient, captured_at);
create index patient_nir_number on patient_nir (nir, patient);
