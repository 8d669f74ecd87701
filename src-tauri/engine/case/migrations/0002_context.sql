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
