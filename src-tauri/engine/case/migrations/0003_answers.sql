-- The reviewer's values of rule parameters, rules of the reviewer's own, and what the reviewer said of accounts, stand in the log of acts;
-- what is derived from them has its tables here.

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
