-- The reviewer's values of rule parameters, rules of the reviewer's own, and what the reviewer said of accounts, stand in the log of acts;
-- what is derived from them has its tables here.
-- Derived: a principal that stands for another party during an interval; of several that hold the last one decides.
-- `undated` is 1 where it holds for records without a time too.
CREATE TABLE dated_parties (
  n INTEGER PRIMARY KEY, principal INTEGER NOT NULL, from_time INTEGER, to_time INTEGER, undated INTEGER NOT NULL,
  party INTEGER NOT NULL) STRICT;
-- Derived: rules of the reviewer's own that the last analysis could not run, and why.
CREATE TABLE rules_not_run (rule TEXT PRIMARY KEY, title TEXT NOT NULL, version INTEGER NOT NULL, why TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Who was named before an act, while what the act does is found out; empty otherwise.
CREATE TABLE names_before (event INTEGER PRIMARY KEY, human TEXT NOT NULL, grade TEXT NOT NULL) STRICT;
-- What an act did to names when it was taken up by an analysis: counts of calls, sign-ins and issuances.
CREATE TABLE act_effects (
  act INTEGER PRIMARY KEY, lost INTEGER NOT NULL, gained INTEGER NOT NULL, changed INTEGER NOT NULL,
  regraded INTEGER NOT NULL) STRICT;

-- Derived: what would settle the open calls. A group is one export to ask for (`wanted`), of one system where it is that which
-- logged the calls; `unasked` are calls of services behind which a person may show.
CREATE TABLE need_groups (
  id INTEGER PRIMARY KEY, wanted TEXT NOT NULL, source INTEGER, refused INTEGER NOT NULL, contradicted INTEGER NOT NULL,
  supported INTEGER NOT NULL, unasked INTEGER NOT NULL, best TEXT, first INTEGER, last INTEGER) STRICT;
CREATE TABLE need_kinds (
  grp INTEGER NOT NULL, kind TEXT NOT NULL, keys INTEGER NOT NULL, PRIMARY KEY (grp, kind)) STRICT, WITHOUT ROWID;
-- `of` is run, text, principal, party or system: the table that `key` is an id of. At most a thousand of a kind.
CREATE TABLE need_keys (
  grp INTEGER NOT NULL, kind TEXT NOT NULL, of TEXT NOT NULL, key INTEGER NOT NULL, calls INTEGER NOT NULL, first INTEGER,
  last INTEGER, agent INTEGER, example INTEGER NOT NULL, PRIMARY KEY (grp, kind, of, key)) STRICT, WITHOUT ROWID;
-- Open calls by the set of groups that may settle them: ids with blanks between.
CREATE TABLE need_sets (groups TEXT PRIMARY KEY, calls INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Derived: the decision record of another log that a call was joined to. `joined_by` is decision_id, call_id, request_id, span
-- or subject.
CREATE TABLE decision_facts (event INTEGER PRIMARY KEY, decision INTEGER NOT NULL, joined_by TEXT NOT NULL) STRICT;
-- Derived: the verdict on the decision of each call (0 right, 1 wrong, 2 insufficient, 3 unproven, 4 not applicable), and whom
-- the decision evaluated (0 not said, 1 no person, 2 a person).
CREATE TABLE verdict_facts (event INTEGER PRIMARY KEY, verdict INTEGER NOT NULL, decided INTEGER NOT NULL) STRICT;
CREATE TABLE verdict_counts (
  verdict INTEGER NOT NULL, agents INTEGER NOT NULL, decided INTEGER NOT NULL, calls INTEGER NOT NULL,
  PRIMARY KEY (verdict, agents, decided)) STRICT, WITHOUT ROWID;
-- Derived: tokens that are held to lie within the token they were exchanged from.
CREATE TABLE hops_held (token INTEGER PRIMARY KEY) STRICT;
-- Derived: calls that went through an agent for a person, by what the person's own right is answered. Service and tool are 0
-- where the record names none; `on_person` counts calls whose decision evaluated a person, `firm` those named at A or B.
CREATE TABLE bridge_facts (
  person INTEGER NOT NULL, agent INTEGER NOT NULL, service INTEGER NOT NULL, tool INTEGER NOT NULL, own TEXT NOT NULL,
  calls INTEGER NOT NULL, on_person INTEGER NOT NULL, firm INTEGER NOT NULL, agents_yes INTEGER NOT NULL,
  agents_no INTEGER NOT NULL, denied_outright INTEGER NOT NULL, effect TEXT NOT NULL, impact INTEGER NOT NULL,
  rated INTEGER NOT NULL, first INTEGER, last INTEGER, example INTEGER NOT NULL,
  PRIMARY KEY (person, agent, service, tool, own)) STRICT, WITHOUT ROWID;
CREATE INDEX call_facts_of_token ON call_facts (token) WHERE token IS NOT NULL;

-- Derived (IN-01): a call whose instruction stands in an earlier output of a tool of its run, and not in the words of the person.
-- `strength` is addressed or plain; `passage` the record that holds it, from byte `start` on, `length` bytes, where found again;
-- `quote` begins the passage, `value` is what of the call stands in it; `words` 1 where the export holds what was asked;
-- `spoke` 1 where the person spoke between. No other words of any run are kept.
CREATE TABLE instruction_facts (
  event INTEGER PRIMARY KEY, strength TEXT NOT NULL, passage INTEGER NOT NULL, start INTEGER, length INTEGER,
  quote TEXT NOT NULL, value TEXT NOT NULL, tool TEXT, source_call TEXT, words INTEGER NOT NULL, spoke INTEGER NOT NULL) STRICT;
-- Derived, one row: runs with words, those where what was asked and what a tool gave back are both there, those read in part.
CREATE TABLE spoken_runs (runs INTEGER NOT NULL, readable INTEGER NOT NULL, cut INTEGER NOT NULL) STRICT;

-- Public keys of token services. `kind` is RSA (x the modulus, y the exponent), EC or Ed25519; numbers are base64url.
CREATE TABLE signing_keys (
  event INTEGER NOT NULL, n INTEGER NOT NULL, issuer TEXT, key_id TEXT, algorithm TEXT, kind TEXT NOT NULL, curve TEXT,
  x TEXT NOT NULL, y TEXT,
  PRIMARY KEY (event, n)) STRICT, WITHOUT ROWID;
-- Derived: raw tokens whose signature was checked with such a key. `verdict` is bound (holds, and the token names the key
-- of its sender), bearer (holds) or failed; `signer` is the record of the key.
CREATE TABLE token_checks (
  event INTEGER PRIMARY KEY, verdict TEXT NOT NULL, algorithm TEXT NOT NULL, signer INTEGER NOT NULL, key_id TEXT) STRICT;
-- Derived: ids that stand for several, by tenant and time (from inclusive, until exclusive); `part` is the number, beyond those of
-- `principals`, that a record's id is read as, and has its party in `party_of`.
CREATE TABLE places (principal INTEGER NOT NULL, tenant INTEGER, from_time INTEGER, until_time INTEGER, part INTEGER PRIMARY KEY)
  STRICT;
-- Derived: calls on a person's own long-lived credential whose client names itself as automation, where they are most of its calls.
ALTER TABLE account_facts ADD COLUMN declared INTEGER NOT NULL DEFAULT 0;

-- The key under which copies of this case are redacted: one row, 32 random bytes, never derived and never exported.
CREATE TABLE own_key (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
