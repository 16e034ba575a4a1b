-- The language in which a wallet's person reads, for the page on which they sign in: one of the six, or nothing.
ALTER TABLE authorization_requests ADD COLUMN language TEXT;
