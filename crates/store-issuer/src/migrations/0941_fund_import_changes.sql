-- What a file changes, kind by kind, while it waits.
CREATE INDEX fund_import_rows_by_difference ON fund_import_rows (tenant, import_id, difference, line);
