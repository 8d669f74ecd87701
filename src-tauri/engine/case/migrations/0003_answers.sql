-- The reviewer's values of rule parameters, rules of the reviewer's own, and what the reviewer said of accounts, stand in the log of acts;
-- what is derived from them has its tables here.

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
