-- What a person may do beyond his role and what his role gives that he may not: words of the closed
-- list of rights with spaces between. A note about him is free text.
alter table app_user add column granted text not null default '';
alter table app_user add column withdrawn text not null default '';
alter table app_user add column note text not null default '';

create trigger app_user_code_is_for_ever before update of code on app_user
when old.code <> new.code
begin select raise(abort, 'immutable'); end;

-- Lots by month of care, for the sums an accountant reads.
create index lot_of_month on lot (month, payer);
