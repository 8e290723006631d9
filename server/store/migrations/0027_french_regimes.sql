-- Two more rights of a patient in France: the local regime of Alsace-Moselle, and the allowance of
-- older people (ASPA). Only the check changes, rows are untouched.
pragma writable_schema = on;

update sqlite_schema set sql = replace(sql, '''WORK_ACCIDENT'', ''EXEMPTION'')',
    '''WORK_ACCIDENT'', ''EXEMPTION'', ''ALSACE_MOSELLE'', ''ASPA'')') where name = 'french_right';

pragma writable_schema = reset;
