-- Views that rules read. Versioned: a view is never changed in meaning, a new version is added beside it.
DROP VIEW IF EXISTS v1_calls;
CREATE VIEW v1_calls AS
SELECT a.event AS event, e.shown_id AS id, src.text AS source, a.time AS time,
  CASE a.kind WHEN 1 THEN 'sign_in' WHEN 2 THEN 'token' ELSE 'call' END AS kind,
  sv.text AS service, ac.text AS action, re.text AS resource,
  CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END AS outcome,
  a.standing AS standing, a.gap AS gap, a.grade AS grade, a.pattern AS pattern, a.refusal AS refusal,
  a.wire_kind AS wire_kind, a.both_on_record AS both_on_record, a.agent_evidence AS agent_evidence,
  a.evidence AS evidence,
  a.human AS human, hp.shown AS human_shown, a.agent AS agent, ap.shown AS agent_shown,
  a.wire_party AS wire, wp.shown AS wire_shown, wp.kind AS wire_party_kind,
  a.authority AS authority, up.shown AS authority_shown,
  a.run AS run, rk.text AS run_id, cr.text AS credential, e.credential_kind AS credential_kind
FROM attributions a
JOIN events e ON e.id = a.event
JOIN strings src ON src.id = e.source
LEFT JOIN strings sv ON sv.id = e.service
LEFT JOIN strings ac ON ac.id = e.action
LEFT JOIN strings re ON re.id = e.resource
LEFT JOIN strings cr ON cr.id = e.credential
LEFT JOIN parties hp ON hp.id = a.human
LEFT JOIN parties ap ON ap.id = a.agent
LEFT JOIN parties wp ON wp.id = a.wire_party
LEFT JOIN parties up ON up.id = a.authority
LEFT JOIN runs r ON r.id = a.run
LEFT JOIN strings rk ON rk.id = r.key;
