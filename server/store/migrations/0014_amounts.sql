-- The amounts by month are added up from this index alone: a lot's own row is never fetched.
drop index lot_of_month;
create index lot_of_month on lot
    (month, payer, state, oa_cents, copay_cents, supplement_cents, id);
