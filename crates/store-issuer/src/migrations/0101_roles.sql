-- Whoever is here already could do everything and stays so until an administrator says otherwise.
ALTER TABLE officers ADD COLUMN roles TEXT NOT NULL DEFAULT 'officer approver auditor administrator';
-- Whether somebody was ever an approver: whoever ends the access of the last one does not end the rule of four eyes.
ALTER TABLE officers ADD COLUMN ever_approver BIGINT NOT NULL DEFAULT 1;
ALTER TABLE officer_links ADD COLUMN roles TEXT NOT NULL DEFAULT 'officer approver auditor administrator';

-- What one person proposed and another decides. The notes of a proposal and of a refusal are personal data: they stay in
-- this table and are never audited.
CREATE TABLE approvals (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    act TEXT NOT NULL,
    target TEXT NOT NULL,
    proposal TEXT NOT NULL,
    state TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    remark TEXT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX approvals_waiting ON approvals (tenant, act, target) WHERE state = 'waiting';
CREATE INDEX approvals_by_state ON approvals (tenant, state, id);
CREATE INDEX approvals_by_target ON approvals (tenant, target, id);
CREATE INDEX audit_by_target ON audit (tenant, target, sequence);
