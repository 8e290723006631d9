-- The duplicate on paper of what could not be sent is kept among the documents handed over. Only the
-- check of their kind changes: rows are untouched.
pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, '''REPORT''))', '''REPORT'', ''DUPLICATE''))')
 where type = 'table' and name = 'document';
pragma writable_schema = reset;
