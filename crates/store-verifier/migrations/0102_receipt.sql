CREATE TABLE receipt (
    verification TEXT   NOT NULL PRIMARY KEY,
    jwt          TEXT   NOT NULL,
    created_ms   BIGINT NOT NULL
);
