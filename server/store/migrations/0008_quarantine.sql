-- Since when a person lets a letter that was set aside be deleted from its mailbox.
alter table letter add column released_at text;
