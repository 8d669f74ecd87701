-- Built after the bulk: each costs more than the rows it covers while rows are still coming.
CREATE INDEX IF NOT EXISTS strings_text ON strings (text);
CREATE INDEX IF NOT EXISTS events_shown ON events (shown_id);
CREATE INDEX IF NOT EXISTS events_kind_time ON events (kind, time);
CREATE INDEX IF NOT EXISTS events_file ON events (file, idx);
CREATE INDEX IF NOT EXISTS copies_event ON copies (event) WHERE event IS NOT NULL;
CREATE INDEX IF NOT EXISTS losses_file ON losses (file, code);
CREATE INDEX IF NOT EXISTS instances_finding ON instances (finding, n);
CREATE INDEX IF NOT EXISTS instance_events_event ON instance_events (event);
CREATE INDEX IF NOT EXISTS attributions_human ON attributions (human, time) WHERE human IS NOT NULL;
CREATE INDEX IF NOT EXISTS attributions_run ON attributions (run, time) WHERE run IS NOT NULL;
CREATE INDEX IF NOT EXISTS attributions_standing ON attributions (standing, time);
CREATE INDEX IF NOT EXISTS call_facts_token ON call_facts (token) WHERE token IS NOT NULL;
CREATE INDEX IF NOT EXISTS attributions_time ON attributions (time);
CREATE INDEX IF NOT EXISTS run_parents_parent ON run_parents (parent);
CREATE INDEX IF NOT EXISTS events_credential ON events (credential, time) WHERE credential IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_resource ON events (resource) WHERE resource IS NOT NULL;
