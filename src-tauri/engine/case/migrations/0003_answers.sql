-- The reviewer's values of rule parameters, rules of the reviewer's own, and what the reviewer said of accounts, stand in the log of acts;
-- what is derived from them has its tables here.

-- Derived (IN-01): a call whose instruction stands in an earlier output of a tool of its run, and not in the words of the person.
-- `strength` is addressed or plain; `passage` the record that holds it, from byte `start` on, `length` bytes, where found again;
-- `quote` begins the passage, `value` is what of the call stands in it; `words` 1 where the export holds what was asked;
-- `spoke` 1 where the person spoke between. No other words of any run are kept.
CREATE TABLE instruction_facts (
  event INTEGER PRIMARY KEY, strength TEXT NOT NULL, passage INTEGER NOT NULL, start INTEGER, length INTEGER,
  quote TEXT NOT NULL, value TEXT NOT NULL, tool TEXT, source_call TEXT, words INTEGER NOT NULL, spoke INTEGER NOT NULL) STRICT;
-- Derived, one row: runs with words, those where what was asked and what a tool gave back are both there, those read in part.
CREATE TABLE spoken_runs (runs INTEGER NOT NULL, readable INTEGER NOT NULL, cut INTEGER NOT NULL) STRICT;

-- Derived: calls on a person's own long-lived credential whose client names itself as automation, where they are most of its calls.
ALTER TABLE account_facts ADD COLUMN declared INTEGER NOT NULL DEFAULT 0;
