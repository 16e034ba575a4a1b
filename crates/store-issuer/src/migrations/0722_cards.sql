-- How the credentials of an organisation look in a wallet, where it decided that itself.
CREATE TABLE card_designs (
    tenant TEXT NOT NULL,
    credential_type TEXT NOT NULL,
    background TEXT NOT NULL,
    text TEXT NOT NULL,
    -- JSON: names by code of the language.
    names TEXT NOT NULL,
    officer TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, credential_type)
);
