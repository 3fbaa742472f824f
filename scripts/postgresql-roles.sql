-- Roles for a ledger on PostgreSQL 15 or later.  Run it as the owner of the
-- tables, once something was posted, and again whenever a later version added
-- some:
--
--      psql -f postgresql-roles.sql books
--
--      ledger_writer   posts: xledger -d postgresql://...
--      ledger_auditor  reads everything: xledger --print, --check
--      ledger_reader   reads, by SQL, the accounts it was given alone
--
-- Who logs in is a member of one of them, and a reader is given accounts in
-- account_readers:
--
--      CREATE ROLE anna LOGIN IN ROLE ledger_reader;
--      INSERT INTO account_readers
--          SELECT 'anna', account_id FROM accounts WHERE name = 'anna';
\set ON_ERROR_STOP on
BEGIN;

DO $$
DECLARE role text;
BEGIN
    FOREACH role IN ARRAY
        ARRAY['ledger_writer', 'ledger_auditor', 'ledger_reader']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
END $$;

CREATE TABLE IF NOT EXISTS account_readers (
    reader name NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (reader, account_id));

-- Nobody gets anything by being somebody.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, ledger_writer,
    ledger_auditor, ledger_reader;

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ledger_writer;
REVOKE ALL ON account_readers, schema_migrations FROM ledger_writer;
GRANT SELECT ON schema_migrations TO ledger_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ledger_auditor;
GRANT SELECT ON accounts, balances, positions, lots, postings, transactions,
    instruments, account_readers, v_balance, v_position, v_lot,
    v_trial_balance
    TO ledger_reader;

-- A view reads with the rights of who asks, not of who made it.
ALTER VIEW v_balance SET (security_invoker = true);
ALTER VIEW v_position SET (security_invoker = true);
ALTER VIEW v_lot SET (security_invoker = true);
ALTER VIEW v_trial_balance SET (security_invoker = true);
ALTER VIEW v_posting SET (security_invoker = true);

-- Rows of an account are for those who may read it.
DO $$
DECLARE relation text;
BEGIN
    FOREACH relation IN ARRAY
        ARRAY['accounts', 'balances', 'positions', 'lots', 'postings']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', relation);
        EXECUTE format('DROP POLICY IF EXISTS readers ON %I', relation);
        EXECUTE format('DROP POLICY IF EXISTS others ON %I', relation);
        EXECUTE format('CREATE POLICY readers ON %I FOR SELECT'
            ' TO ledger_reader USING (account_id IN'
            ' (SELECT r.account_id FROM account_readers r'
            '  WHERE r.reader = current_user))', relation);
        EXECUTE format('CREATE POLICY others ON %I'
            ' TO ledger_writer, ledger_auditor'
            ' USING (true) WITH CHECK (true)', relation);
    END LOOP;
END $$;

-- A transaction is for those who see a posting of it.
ALTER TABLE transactions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS readers ON transactions;
DROP POLICY IF EXISTS others ON transactions;
CREATE POLICY readers ON transactions FOR SELECT TO ledger_reader
    USING (EXISTS (SELECT FROM postings p
                   WHERE p.transaction_id = transactions.transaction_id));
CREATE POLICY others ON transactions TO ledger_writer, ledger_auditor
    USING (true) WITH CHECK (true);
CREATE INDEX IF NOT EXISTS postings_by_transaction ON postings (transaction_id);
CREATE INDEX IF NOT EXISTS postings_by_account ON postings (account_id);

-- Who reads which accounts is for the reader itself and the auditor.
ALTER TABLE account_readers ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS readers ON account_readers;
DROP POLICY IF EXISTS others ON account_readers;
CREATE POLICY readers ON account_readers FOR SELECT TO ledger_reader
    USING (reader = current_user);
CREATE POLICY others ON account_readers FOR SELECT TO ledger_auditor
    USING (true);
COMMIT;
