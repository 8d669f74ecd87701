-- One record of a context file may say several things (a user with groups and policies): its rows are numbered.
CREATE TABLE entitlements_2 (
  event INTEGER NOT NULL, n INTEGER NOT NULL, principal TEXT NOT NULL, service TEXT, action TEXT NOT NULL,
  resource TEXT NOT NULL, allow INTEGER NOT NULL, condition TEXT NOT NULL, valid_from INTEGER, valid_to INTEGER,
  -- JSON arrays of patterns that the action and resource patterns do not reach; null for none.
  except_actions TEXT, except_resources TEXT,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
INSERT INTO entitlements_2
  SELECT event, 0, principal, service, action, resource, allow, condition, valid_from, valid_to, NULL, NULL
  FROM entitlements;
DROP TABLE entitlements;
ALTER TABLE entitlements_2 RENAME TO entitlements;

-- Who reaches whose rights. `reach` is has, may_assume or at_most.
CREATE TABLE memberships (
  event INTEGER NOT NULL, n INTEGER NOT NULL, member TEXT NOT NULL, holder TEXT NOT NULL, reach TEXT NOT NULL,
  condition TEXT NOT NULL, valid_from INTEGER, valid_to INTEGER,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
CREATE TABLE ownership (
  event INTEGER NOT NULL, n INTEGER NOT NULL, resource TEXT NOT NULL, owner TEXT NOT NULL, valid_from INTEGER,
  valid_to INTEGER,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
CREATE TABLE exceptions (
  event INTEGER NOT NULL, n INTEGER NOT NULL, principal TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT NOT NULL,
  approved_by TEXT, valid_from INTEGER, valid_to INTEGER, conditions TEXT NOT NULL,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;

-- What an approval record says beside its event: "limit" is the greatest amount, granted 0, 1 or unknown.
CREATE TABLE approvals (
  event INTEGER PRIMARY KEY, subject INTEGER, requested_by INTEGER, approved_by INTEGER, limit_amount REAL,
  granted INTEGER, expires INTEGER) STRICT;

-- How exports were obtained. `file` is a name, a pattern of names, or a SHA-256.
CREATE TABLE receipts (
  event INTEGER NOT NULL, n INTEGER NOT NULL, file TEXT NOT NULL, system TEXT, tenant TEXT, query TEXT,
  period_from INTEGER, period_to INTEGER, exporter TEXT, method TEXT, received INTEGER, received_from TEXT,
  claimed INTEGER,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
-- CloudTrail digest files: which log files a period has, and the SHA-256 of what is in each.
CREATE TABLE digests (
  event INTEGER PRIMARY KEY, from_time INTEGER, to_time INTEGER, object TEXT NOT NULL, previous TEXT) STRICT;
CREATE TABLE digest_files (
  event INTEGER NOT NULL, n INTEGER NOT NULL, object TEXT NOT NULL, sha256 TEXT NOT NULL, oldest INTEGER, newest INTEGER,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
-- SHA-256 of the uncompressed content of a file, where a source's own digests speak of it.
CREATE TABLE contents (file INTEGER PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
-- Numbers that a source gives its records in turn, by stream.
CREATE TABLE sequences (event INTEGER PRIMARY KEY, stream INTEGER, number INTEGER NOT NULL) STRICT;
-- Claims decoded from a token whose signature nobody checked, and no record of its issuer.
ALTER TABLE tokens ADD COLUMN unverified INTEGER NOT NULL DEFAULT 0;

-- Two ids of one account (principals), as a record of whoever issued both states them; a < b.
CREATE TABLE pairs (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;

-- Derived: the party of each directory row; rows of several exports may speak of one.
CREATE TABLE row_party (event INTEGER PRIMARY KEY, party INTEGER NOT NULL) STRICT;
-- Derived: what the clocks of two sources differ by. `b` shows `offset_us` more than `a`, give or take `bound_us`.
CREATE TABLE clocks (
  a INTEGER NOT NULL, b INTEGER NOT NULL, offset_us INTEGER NOT NULL, bound_us INTEGER NOT NULL, pairs INTEGER NOT NULL,
  PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
-- Derived: places where a source falls silent, its numbers jump, or a digest lists a log file that is not here or differs.
-- `kind` is silence, sequence, missing_file or altered_file; `missing` counts numbers; `object` is the log file.
CREATE TABLE hole_facts (
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL, stream INTEGER, kind TEXT NOT NULL, before INTEGER NOT NULL,
  after INTEGER, from_time INTEGER, to_time INTEGER, usual_us INTEGER, missing INTEGER, object TEXT) STRICT;

-- Whether the call lies in the scope of the review. What does not is context: kept, shown, and not counted.
ALTER TABLE attributions ADD COLUMN in_scope INTEGER NOT NULL DEFAULT 1;

-- Derived: what the second pass of the facts finds, rows only where there is something to say.
-- The agent itself has no right to what the call did.
CREATE TABLE agents_right_facts (event INTEGER PRIMARY KEY, basis TEXT NOT NULL, why TEXT) STRICT;
-- A call in a class that needs approval, or with an approval on record. `state` is approved, other, none or unknown; `own` says
-- whether approver and initiator are one person; `joined_by` is id, subject or resource.
CREATE TABLE approval_facts (
  event INTEGER PRIMARY KEY, required INTEGER NOT NULL, state TEXT NOT NULL, approval INTEGER, approver INTEGER,
  own TEXT NOT NULL, why TEXT, joined_by TEXT) STRICT;
-- A call that no decision stands beside, with how many calls of its tool there are and how many of them are decided.
CREATE TABLE undecided_facts (event INTEGER PRIMARY KEY, calls INTEGER NOT NULL, decided INTEGER NOT NULL) STRICT;
CREATE TABLE withdrawn_facts (
  event INTEGER PRIMARY KEY, decision INTEGER NOT NULL, whose INTEGER NOT NULL, minutes REAL NOT NULL, why TEXT) STRICT;
-- `by` is caller, trace, service or host.
CREATE TABLE self_judged_facts (event INTEGER PRIMARY KEY, decision INTEGER NOT NULL, by TEXT NOT NULL) STRICT;
-- `basis` is right or token, `per` day or resource.
CREATE TABLE cumulative_facts (
  event INTEGER NOT NULL, basis TEXT NOT NULL, whose INTEGER NOT NULL, attribute TEXT NOT NULL, per TEXT NOT NULL,
  total REAL NOT NULL, calls INTEGER NOT NULL, why TEXT,
  PRIMARY KEY (event, basis, attribute, per)) STRICT, WITHOUT ROWID;
-- `by` is exchange or fan_out; `before` the token before it.
CREATE TABLE hop_facts (
  token INTEGER NOT NULL, event INTEGER, before INTEGER NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (token, before)) STRICT, WITHOUT ROWID;
CREATE TABLE wielded_facts (
  event INTEGER PRIMARY KEY, agent INTEGER NOT NULL, users INTEGER NOT NULL, usual INTEGER NOT NULL,
  prompted INTEGER NOT NULL, shapes INTEGER NOT NULL) STRICT;
CREATE TABLE spread_token_facts (
  token INTEGER NOT NULL, event INTEGER NOT NULL, agents INTEGER NOT NULL, hosts INTEGER NOT NULL,
  people INTEGER NOT NULL, PRIMARY KEY (token, event)) STRICT, WITHOUT ROWID;

-- The words of the known exceptions that cover a finding whole, or an instance.
ALTER TABLE findings ADD COLUMN accepted TEXT;
ALTER TABLE instances ADD COLUMN accepted TEXT;

-- Derived: what the use of an account shows: by hand on a machine's account, after its end, lent to an agent.
ALTER TABLE account_facts ADD COLUMN first INTEGER;
ALTER TABLE account_facts ADD COLUMN last INTEGER;
ALTER TABLE account_facts ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_facts ADD COLUMN ghost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_facts ADD COLUMN ghost_days REAL;
ALTER TABLE account_facts ADD COLUMN lent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_facts ADD COLUMN lent_others INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_facts ADD COLUMN points INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_facts ADD COLUMN verdict TEXT NOT NULL DEFAULT 'untested';
-- The verdict sheet: every signal of machine use that was tested, for or against, or why it was not.
CREATE TABLE account_signals (
  principal INTEGER NOT NULL, signal TEXT NOT NULL, family TEXT NOT NULL, value REAL, threshold REAL,
  stands TEXT NOT NULL, sentence TEXT NOT NULL,
  PRIMARY KEY (principal, signal)) STRICT, WITHOUT ROWID;
-- Calls by hour of the week, Monday 00:00 UTC first: all, and those on which the signals rest.
CREATE TABLE account_hours (
  principal INTEGER NOT NULL, hour INTEGER NOT NULL, calls INTEGER NOT NULL, counted INTEGER NOT NULL,
  PRIMARY KEY (principal, hour)) STRICT, WITHOUT ROWID;
-- Rights of accounts that are no person's, held against their use and against their peers.
CREATE TABLE sprawl_facts (
  party INTEGER PRIMARY KEY, granted INTEGER NOT NULL, tested INTEGER NOT NULL, unused INTEGER NOT NULL,
  days INTEGER NOT NULL, unused_are TEXT, breadth INTEGER NOT NULL, peers INTEGER NOT NULL, peers_median REAL,
  rights_peers INTEGER NOT NULL, rights_median REAL, widest INTEGER NOT NULL, owned INTEGER,
  impact INTEGER NOT NULL, rated INTEGER NOT NULL) STRICT;
-- Runs that cannot have been as they are told: kind is cycle, child_first or outside.
CREATE TABLE lineage_facts (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, event INTEGER NOT NULL, other INTEGER,
  agent INTEGER, apart_us INTEGER, bound_us INTEGER, impact INTEGER NOT NULL, rated INTEGER NOT NULL) STRICT;
-- Agents' calls that no trace holds, of agents whose runs are traced.
CREATE TABLE untraced_facts (event INTEGER PRIMARY KEY, calls INTEGER NOT NULL, traced INTEGER NOT NULL) STRICT;
-- Agents as the logs show them, beside the register.
CREATE TABLE agent_facts (
  agent INTEGER PRIMARY KEY, registered INTEGER NOT NULL, calls INTEGER NOT NULL, runs INTEGER NOT NULL,
  impact INTEGER NOT NULL, rated INTEGER NOT NULL) STRICT;
CREATE TABLE agent_events (
  agent INTEGER NOT NULL, n INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (agent, n)) STRICT, WITHOUT ROWID;
-- Agent x tool: the patterns that were seen, and the one that the stakes require.
CREATE TABLE pattern_facts (
  agent INTEGER NOT NULL, service INTEGER NOT NULL, tool INTEGER NOT NULL, pattern TEXT NOT NULL,
  calls INTEGER NOT NULL, of_calls INTEGER NOT NULL, both_on_record INTEGER NOT NULL, grades TEXT NOT NULL,
  effect TEXT NOT NULL, impact INTEGER NOT NULL, rated INTEGER NOT NULL, per_user INTEGER NOT NULL, regulated TEXT,
  required TEXT NOT NULL, basis TEXT NOT NULL, why TEXT NOT NULL, meets INTEGER NOT NULL, takes TEXT NOT NULL,
  PRIMARY KEY (agent, service, tool, pattern)) STRICT, WITHOUT ROWID;
