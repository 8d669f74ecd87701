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
