-- Who handed in that somebody has died, or lives, or is paid no more.
CREATE INDEX fund_import_rows_ends ON fund_import_rows (tenant, person)
    WHERE difference IN ('ends', 'revives', 'reopens');
