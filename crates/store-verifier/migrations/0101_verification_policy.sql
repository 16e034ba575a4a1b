CREATE TABLE policy_text (
    digest {{blob}} NOT NULL PRIMARY KEY,
    body   TEXT     NOT NULL
);

CREATE TABLE verification_policy (
    verification TEXT     NOT NULL PRIMARY KEY,
    digest       {{blob}} NOT NULL
);
