-- A case: what was received (files, blocks, events, copies, losses), who exists (context), what was concluded (derived).
-- Text that repeats is interned in `strings`; principals in `principals`. Times are microseconds since the epoch, UTC.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE strings (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE principals (
  id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, own_id TEXT NOT NULL, UNIQUE (namespace, own_id)) STRICT;

CREATE TABLE files (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL, why TEXT NOT NULL, form TEXT NOT NULL,
  bytes INTEGER NOT NULL, bytes_out INTEGER NOT NULL,
  read INTEGER NOT NULL, kept INTEGER NOT NULL, duplicates INTEGER NOT NULL, rejected INTEGER NOT NULL,
  first_time INTEGER, last_time INTEGER, imported_at INTEGER NOT NULL, seconds REAL NOT NULL) STRICT;

-- Text of the exports as it stood, in pieces: a record is (block, start, length). `hash` is BLAKE3 of the piece.
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files, length INTEGER NOT NULL, hash BLOB NOT NULL,
  data BLOB NOT NULL) STRICT;

CREATE TABLE envelopes (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, data BLOB NOT NULL) STRICT;

-- A record understood. `hash` is the first 16 bytes of BLAKE3 over the record and its envelope.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL, idx INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, line INTEGER,
  block INTEGER, start INTEGER NOT NULL, envelope INTEGER, hash BLOB NOT NULL,
  source INTEGER NOT NULL, kind INTEGER NOT NULL, time INTEGER, end_time INTEGER, shown_id TEXT NOT NULL,
  own_id INTEGER NOT NULL, tenant INTEGER, stage INTEGER,
  service INTEGER, action INTEGER, resource INTEGER, resource_type INTEGER, outcome INTEGER NOT NULL,
  wire INTEGER, wire_kind INTEGER NOT NULL, wire_by INTEGER, human_empty INTEGER NOT NULL, agent_empty INTEGER NOT NULL,
  run INTEGER, run_by INTEGER, parent_run INTEGER, conversation INTEGER,
  trace INTEGER, span INTEGER, parent_span INTEGER, tool_call TEXT,
  credential INTEGER, credential_kind INTEGER, audience INTEGER, scope INTEGER,
  decision INTEGER, policy INTEGER, source_ip INTEGER, user_agent INTEGER, host INTEGER,
  interactive INTEGER NOT NULL, trigger INTEGER) STRICT;

-- Further places of a record: status 1 the same record again (event says which), 2 rejected.
CREATE TABLE copies (
  id INTEGER PRIMARY KEY, file INTEGER NOT NULL, idx INTEGER NOT NULL, offset INTEGER NOT NULL,
  length INTEGER NOT NULL, line INTEGER, block INTEGER, start INTEGER NOT NULL, status INTEGER NOT NULL,
  event INTEGER) STRICT;

CREATE TABLE losses (
  id INTEGER PRIMARY KEY, file INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL,
  offset INTEGER, length INTEGER, line INTEGER, detail TEXT NOT NULL) STRICT;

CREATE TABLE claims (
  event INTEGER NOT NULL, n INTEGER NOT NULL, role INTEGER NOT NULL, principal INTEGER NOT NULL,
  evidence INTEGER NOT NULL, filled_by INTEGER NOT NULL, field INTEGER NOT NULL,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
CREATE TABLE links (
  event INTEGER NOT NULL, n INTEGER NOT NULL, trace INTEGER NOT NULL, span INTEGER NOT NULL,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
CREATE TABLE evaluated (
  event INTEGER NOT NULL, n INTEGER NOT NULL, principal INTEGER NOT NULL,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
CREATE TABLE attributes (
  event INTEGER NOT NULL, name TEXT NOT NULL, number REAL, text TEXT, currency TEXT,
  PRIMARY KEY (event, name)) STRICT, WITHOUT ROWID;
CREATE TABLE issued (
  event INTEGER PRIMARY KEY, credential INTEGER NOT NULL, kind INTEGER NOT NULL, principal INTEGER,
  expires INTEGER) STRICT;
CREATE TABLE tokens (
  event INTEGER PRIMARY KEY, jti INTEGER, subject INTEGER, client INTEGER, audience INTEGER, scope INTEGER,
  not_before INTEGER, issued_at INTEGER, expires INTEGER, revoked INTEGER, details TEXT, issuer INTEGER,
  parent INTEGER) STRICT;
CREATE TABLE token_actors (
  event INTEGER NOT NULL, depth INTEGER NOT NULL, principal INTEGER NOT NULL,
  PRIMARY KEY (event, depth)) STRICT, WITHOUT ROWID;

-- Context files. Each row keeps the event whose raw record it is.
CREATE TABLE directory (
  event INTEGER PRIMARY KEY, own_id TEXT NOT NULL, email TEXT, name TEXT, type TEXT NOT NULL, status TEXT,
  start INTEGER, end_time INTEGER, department TEXT, owner TEXT, manager TEXT, purpose TEXT, vendor TEXT,
  environment TEXT, approved_pattern TEXT, last_certified INTEGER) STRICT;
CREATE TABLE aliases (
  event INTEGER NOT NULL, n INTEGER NOT NULL, namespace TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
CREATE TABLE entitlements (
  event INTEGER PRIMARY KEY, principal TEXT NOT NULL, service TEXT, action TEXT NOT NULL, resource TEXT NOT NULL,
  allow INTEGER NOT NULL, condition TEXT NOT NULL, valid_from INTEGER, valid_to INTEGER) STRICT;
CREATE TABLE assets (
  event INTEGER PRIMARY KEY, service TEXT, action TEXT NOT NULL, resource TEXT NOT NULL, data_class TEXT, effect TEXT,
  per_user INTEGER NOT NULL, regulated_by TEXT, required_pattern TEXT, approval_required INTEGER NOT NULL) STRICT;
CREATE TABLE networks (
  event INTEGER PRIMARY KEY, cidr TEXT NOT NULL, label TEXT NOT NULL, environment TEXT) STRICT;

-- Mapping files given to this case, by name, so that a case says how it read in-house logs.
CREATE TABLE mappings (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Acts of review: append-only, hash-chained.
CREATE TABLE acts (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL,
  prior TEXT NOT NULL, hash TEXT NOT NULL) STRICT;

-- Derived: written anew by each analysis, never edited.
CREATE TABLE parties (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, shown TEXT NOT NULL, name TEXT, department TEXT, status TEXT,
  start INTEGER, end_time INTEGER, directory INTEGER, verified INTEGER NOT NULL) STRICT;
CREATE TABLE party_of (principal INTEGER PRIMARY KEY, party INTEGER NOT NULL) STRICT;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, key INTEGER NOT NULL, held INTEGER NOT NULL, agent INTEGER, first INTEGER,
  last INTEGER, calls INTEGER NOT NULL, ending TEXT NOT NULL, person INTEGER, trigger TEXT) STRICT;
CREATE TABLE run_parents (
  run INTEGER NOT NULL, parent INTEGER NOT NULL, event INTEGER, PRIMARY KEY (run, parent)) STRICT, WITHOUT ROWID;
CREATE TABLE attributions (
  event INTEGER PRIMARY KEY, time INTEGER, kind INTEGER NOT NULL, standing TEXT NOT NULL,
  human INTEGER, grade TEXT, agent INTEGER, agent_grade TEXT, authority INTEGER, wire_party INTEGER,
  wire_kind TEXT NOT NULL, run INTEGER, pattern TEXT NOT NULL, refusal TEXT, caution TEXT, evidence TEXT NOT NULL,
  both_on_record INTEGER NOT NULL, agent_evidence INTEGER NOT NULL, gap TEXT,
  -- 0 the record does not say whom the decision evaluated, 1 no person among them, 2 a person among them.
  decided INTEGER NOT NULL,
  -- Copied from the event: figures are counted over this table alone.
  run_on_record INTEGER NOT NULL, source INTEGER NOT NULL, action INTEGER) STRICT;

-- Facts that rules select from, one row a call, token, account: written by `rules::facts`, read through the v1 views.
CREATE TABLE call_facts (
  event INTEGER PRIMARY KEY, agents_call INTEGER NOT NULL, effect TEXT NOT NULL, impact INTEGER NOT NULL,
  rated INTEGER NOT NULL, per_user INTEGER NOT NULL, regulated TEXT, required_pattern TEXT,
  entitled TEXT NOT NULL, entitled_basis TEXT NOT NULL, entitled_why TEXT, entitled_by INTEGER, agent_entitled TEXT NOT NULL,
  decided_on TEXT NOT NULL, decided_basis TEXT NOT NULL, days_after_end REAL,
  token INTEGER, token_actor INTEGER, token_witness TEXT, scope_covers TEXT NOT NULL, audience_covers TEXT NOT NULL, inside_life TEXT NOT NULL,
  subject_is_runs_person TEXT NOT NULL, token_why TEXT,
  refused_before INTEGER, refused_minutes REAL, learned_agent TEXT, run_agent INTEGER, run_person INTEGER) STRICT;
CREATE TABLE token_facts (
  token INTEGER PRIMARY KEY, event INTEGER, subject INTEGER, agent INTEGER, issuer INTEGER, delegated INTEGER NOT NULL,
  life_seconds INTEGER, uses INTEGER NOT NULL, runs INTEGER NOT NULL, persons INTEGER NOT NULL, actions INTEGER NOT NULL,
  classes INTEGER NOT NULL, broad TEXT, scopes INTEGER NOT NULL, impact INTEGER NOT NULL, rated INTEGER NOT NULL) STRICT;
CREATE TABLE account_facts (
  principal INTEGER PRIMARY KEY, party INTEGER, human_type INTEGER NOT NULL, unbacked INTEGER NOT NULL,
  known INTEGER NOT NULL, active INTEGER NOT NULL, covered INTEGER NOT NULL, calls INTEGER NOT NULL,
  marked INTEGER NOT NULL, learned INTEGER NOT NULL, learned_product TEXT, sign_ins INTEGER NOT NULL,
  mixed TEXT, others INTEGER NOT NULL, rhythm_signals INTEGER NOT NULL, rhythm_why TEXT,
  spread TEXT, spread_by_hand INTEGER NOT NULL, spread_credential INTEGER, impact INTEGER NOT NULL,
  rated INTEGER NOT NULL) STRICT;
-- The events behind a fact of an account: marked, learned, mixed, others, active, rhythm, spread.
CREATE TABLE account_events (
  principal INTEGER NOT NULL, fact TEXT NOT NULL, n INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (principal, fact, n)) STRICT, WITHOUT ROWID;
CREATE TABLE namespace_facts (
  source INTEGER PRIMARY KEY, active INTEGER NOT NULL, unknown INTEGER NOT NULL, uncovered INTEGER NOT NULL) STRICT;
CREATE TABLE traced_facts (
  event INTEGER PRIMARY KEY, run INTEGER, tool INTEGER NOT NULL, agent INTEGER, found INTEGER NOT NULL, joined_by TEXT NOT NULL,
  traced INTEGER NOT NULL, traced_found INTEGER NOT NULL, effect TEXT NOT NULL, impact INTEGER NOT NULL,
  rated INTEGER NOT NULL) STRICT;
CREATE TABLE findings (
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, version INTEGER NOT NULL, severity INTEGER NOT NULL,
  potential_critical INTEGER NOT NULL, unrated INTEGER NOT NULL, confidence TEXT NOT NULL, title TEXT NOT NULL,
  cause TEXT NOT NULL, design_fact INTEGER NOT NULL, calls INTEGER NOT NULL, first INTEGER, last INTEGER,
  impact INTEGER NOT NULL, failure INTEGER NOT NULL, detail TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE instances (
  id TEXT PRIMARY KEY, finding TEXT NOT NULL, n INTEGER NOT NULL, principal TEXT, token TEXT, run TEXT, agent TEXT,
  tool TEXT, sentence TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE instance_events (
  instance TEXT NOT NULL, n INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (instance, n)) STRICT, WITHOUT ROWID;
