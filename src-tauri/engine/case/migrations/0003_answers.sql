-- The reviewer's values of rule parameters, rules of the reviewer's own, and what the reviewer said of accounts, stand in the log of acts;
-- what is derived from them has its tables here.

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
