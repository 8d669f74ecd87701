-- Views that rules read. Versioned: a view is never changed in meaning, a new version is added beside it.
-- Calls, sign-ins and issuances in scope.
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
LEFT JOIN strings rk ON rk.id = r.key
WHERE a.in_scope = 1;
-- Calls with their facts. Columns beside those of v1_calls:
--   instance      the record as an instance key: source and shown id
--   cause         default cause: agent x tool x pattern, in shown words
--   agents_call   1 where it belongs to the tested population (an agent's call)
--   effect        read | change | irreversible; impact 1-4 and rated 0|1 (assets.csv), per_user, regulated, required_pattern
--   entitled      yes | no | unknown: the attributed person's right; entitled_basis grant | explicit_deny |
--                 no_matching_grant | recorded_decision | missing; entitled_why; agent_entitled likewise for the agent
--   decided_on    person | agent | robot | other | unknown: whose rights were evaluated; decided_basis stated | certain | unknown
--   days_after_end  days since the attributed person's recorded end
--   token         id of the delegated user token on the call; token_actor the actor or client that its own
--                 record names; token_witness issuer | call; scope_covers, audience_covers,
--                 inside_life, subject_is_runs_person yes | no | unknown; token_why
--   refused_before  shown id of the denied call that this one went round; refused_minutes
--   learned_agent product name of a learned agent user agent
--   run_agent, run_person  what the run's walk found, as shown; run_ending
--   login         the wire principal's own id
DROP VIEW IF EXISTS v1_call_facts;
CREATE VIEW v1_call_facts AS
SELECT c.*, c.source || '/' || c.id AS instance,
  coalesce(c.agent_shown, 'no agent') || ' x ' || coalesce(c.action, 'no tool') || ' x ' || c.pattern AS cause,
  f.agents_call AS agents_call, f.effect AS effect, f.impact AS impact, f.rated AS rated, f.per_user AS per_user,
  f.regulated AS regulated, f.required_pattern AS required_pattern,
  f.entitled AS entitled, f.entitled_basis AS entitled_basis, f.entitled_why AS entitled_why,
  f.agent_entitled AS agent_entitled, f.decided_on AS decided_on, f.decided_basis AS decided_basis,
  f.days_after_end AS days_after_end, tk.text AS token, ta.shown AS token_actor,
  f.token_witness AS token_witness,
  f.scope_covers AS scope_covers, f.audience_covers AS audience_covers, f.inside_life AS inside_life,
  f.subject_is_runs_person AS subject_is_runs_person, f.token_why AS token_why,
  rb.shown_id AS refused_before, f.refused_minutes AS refused_minutes, f.learned_agent AS learned_agent,
  ra.shown AS run_agent, rp.shown AS run_person, ru.ending AS run_ending, wi.own_id AS login
FROM v1_calls c
JOIN call_facts f ON f.event = c.event
JOIN events fe ON fe.id = c.event
LEFT JOIN strings tk ON tk.id = f.token
LEFT JOIN events rb ON rb.id = f.refused_before
LEFT JOIN parties ta ON ta.id = f.token_actor
LEFT JOIN parties ra ON ra.id = f.run_agent
LEFT JOIN parties rp ON rp.id = f.run_person
LEFT JOIN runs ru ON ru.id = c.run
LEFT JOIN principals wi ON wi.id = fe.wire;
-- Delegated user tokens, one row a token id and call that used it (call columns NULL for a token without use).
--   cause issuer x client; life_minutes; uses, runs, persons, actions, classes of its calls; broad the scope that covers
--   everything; scopes beside openid, profile, email, offline_access
DROP VIEW IF EXISTS v1_tokens;
CREATE VIEW v1_tokens AS
SELECT tk.text AS token, coalesce(iss.text, 'unknown issuer') || ' x ' || coalesce(ag.shown, 'unknown client') AS cause,
  iss.text AS issuer, ag.shown AS agent, su.shown AS subject, t.life_seconds / 60.0 AS life_minutes,
  t.uses AS uses, t.runs AS runs, t.persons AS persons, t.actions AS actions, t.classes AS classes,
  t.broad AS broad, t.scopes AS scopes, t.impact AS impact, t.rated AS rated,
  c.event AS event, c.outcome AS outcome
FROM token_facts t
JOIN strings tk ON tk.id = t.token
LEFT JOIN strings iss ON iss.id = t.issuer
LEFT JOIN parties ag ON ag.id = t.agent
LEFT JOIN parties su ON su.id = t.subject
LEFT JOIN (SELECT f.token AS token, f.event AS event, v.outcome AS outcome
           FROM call_facts f JOIN v1_calls v ON v.event = f.event WHERE f.token IS NOT NULL) c ON c.token = t.token
WHERE t.delegated = 1;
-- Accounts on the wire, one row an account and event behind a fact.
--   fact   marked | learned | mixed | others | active | rhythm | spread | by_hand | ghost | lent | declared: the fact that this
--          row's event belongs to
--   login  e-mail or login; kind of the party; human_type, unbacked, known (by the directory), active, covered 0|1
--   marked calls with agent evidence; learned calls with a learned agent user agent; mixed, rhythm_why, spread: reasons or NULL;
--   spread_by_hand 1 where nothing says that an agent used the credential
--   registered person | agent | service | shared: what the directory says it is, or NULL
--   by_hand interactive uses of an account that is an agent's or a service's; ghost calls by an agent on the account's own
--   credential more than a day after the account's recorded end, ghost_days the most days; lent calls by an agent on a
--   person's own credential that is no delegated token, lent_others the other people who caused them;
--   declared calls on a person's own long-lived credential whose client names itself as automation, where they are most of its calls;
--   points, verdict of the account's sheet of signals (untested | none | watch | indicated)
DROP VIEW IF EXISTS v1_accounts;
CREATE VIEW v1_accounts AS
SELECT p.own_id AS login, p.namespace AS namespace, pa.kind AS kind, pa.shown AS shown,
  a.human_type AS human_type, a.unbacked AS unbacked, a.known AS known, a.active AS active, a.covered AS covered,
  a.calls AS calls, a.marked AS marked, a.learned AS learned, a.learned_product AS learned_product, a.sign_ins AS sign_ins,
  a.mixed AS mixed, a.others AS others, a.rhythm_signals AS rhythm_signals, a.rhythm_why AS rhythm_why,
  a.spread AS spread, a.spread_by_hand AS spread_by_hand, cr.text AS spread_credential, a.impact AS impact, a.rated AS rated,
  ev.fact AS fact, ev.event AS event,
  di.type AS registered, a.by_hand AS by_hand, a.ghost AS ghost, a.ghost_days AS ghost_days, a.lent AS lent,
  a.lent_others AS lent_others, a.points AS points, a.verdict AS verdict, a.declared AS declared
FROM account_facts a
JOIN principals p ON p.id = a.principal
LEFT JOIN parties pa ON pa.id = a.party
LEFT JOIN directory di ON di.event = pa.directory
LEFT JOIN strings cr ON cr.id = a.spread_credential
LEFT JOIN account_events ev ON ev.principal = a.principal;
-- Sources as namespaces of human-type accounts: active accounts, those that the directory does not know.
DROP VIEW IF EXISTS v1_namespaces;
CREATE VIEW v1_namespaces AS
SELECT s.text AS source, n.active AS active, n.unknown AS unknown, n.uncovered AS uncovered
FROM namespace_facts n JOIN strings s ON s.id = n.source;
DROP VIEW IF EXISTS v1_runs;
CREATE VIEW v1_runs AS
SELECT k.text AS run, r.held AS held, r.calls AS calls, r.ending AS ending, ag.shown AS agent, pe.shown AS person,
  r.first AS first, r.last AS last
FROM runs r JOIN strings k ON k.id = r.key
LEFT JOIN parties ag ON ag.id = r.agent LEFT JOIN parties pe ON pe.id = r.person;
-- Tool spans held against the audit source of their tool.
--   found 0|1; joined_by tool_call | run_and_tool | nothing; traced and traced_found: of all spans of this tool
DROP VIEW IF EXISTS v1_traced_tools;
CREATE VIEW v1_traced_tools AS
SELECT t.event AS event, e.shown_id AS id, rk.text AS run, tl.text AS tool, ag.shown AS agent, t.found AS found,
  t.joined_by AS joined_by, t.traced AS traced, t.traced_found AS traced_found, t.effect AS effect, t.impact AS impact,
  t.rated AS rated,
  CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END AS outcome
FROM traced_facts t
JOIN events e ON e.id = t.event
JOIN strings tl ON tl.id = t.tool
LEFT JOIN strings rk ON rk.id = t.run
LEFT JOIN parties ag ON ag.id = t.agent;
-- Places where a source's log is not whole.
--   kind silence | sequence | missing_file | altered_file; event the record before the hole, or the digest that tells of it;
--   hours how long nothing was logged; usual_minutes the longest usual gap of that hour of the week; missing numbers;
--   object the log file that a digest lists; from_text, to_text the ends in RFC 3339
DROP VIEW IF EXISTS v1_holes;
CREATE VIEW v1_holes AS
SELECT s.text AS source, st.text AS stream, h.kind AS kind, h.before AS event, e.shown_id AS id,
  h.from_time AS from_time, h.to_time AS to_time, (h.to_time - h.from_time) / 3600000000.0 AS hours,
  h.usual_us / 60000000.0 AS usual_minutes, h.missing AS missing, h.object AS object,
  strftime('%Y-%m-%dT%H:%M:%SZ', h.from_time / 1000000, 'unixepoch') AS from_text,
  strftime('%Y-%m-%dT%H:%M:%SZ', h.to_time / 1000000, 'unixepoch') AS to_text
FROM hole_facts h JOIN strings s ON s.id = h.source JOIN events e ON e.id = h.before
LEFT JOIN strings st ON st.id = h.stream;
-- Calls of agents that have no right of their own to what they did.
--   basis explicit_deny | no_matching_grant; why the deciding reason
DROP VIEW IF EXISTS v1_agents_rights;
CREATE VIEW v1_agents_rights AS SELECT event, basis, why FROM agents_right_facts;
-- Calls in a class that needs approval, or with an approval on record.
--   required 0|1 (assets.csv); state approved | other | none | unknown; approval shown id; approver as shown;
--   own yes | no | unknown: approver and initiator are one person; why; joined_by id | subject | resource | action
DROP VIEW IF EXISTS v1_approvals;
CREATE VIEW v1_approvals AS
SELECT f.event AS event, f.required AS required, f.state AS state, e.shown_id AS approval, p.shown AS approver,
  f.own AS own, f.why AS why, f.joined_by AS joined_by
FROM approval_facts f
LEFT JOIN events e ON e.id = f.approval
LEFT JOIN parties p ON p.id = f.approver;
-- Calls that no decision stands beside.
--   calls and decided: of all calls of the same tool (service and action)
DROP VIEW IF EXISTS v1_undecided;
CREATE VIEW v1_undecided AS SELECT event, calls, decided FROM undecided_facts;
-- Calls that an earlier decision allowed on a right that was gone when they went through.
--   decision shown id; whose as shown; minutes from decision to call; why the right that ended
DROP VIEW IF EXISTS v1_withdrawn;
CREATE VIEW v1_withdrawn AS
SELECT f.event AS event, e.shown_id AS decision, p.shown AS whose, f.minutes AS minutes, f.why AS why
FROM withdrawn_facts f JOIN events e ON e.id = f.decision LEFT JOIN parties p ON p.id = f.whose;
-- Agents' calls of which every decision in evidence was written by the agent's own process.
--   decision shown id; written_by caller | trace | service | host: by what that is told
DROP VIEW IF EXISTS v1_self_judged;
CREATE VIEW v1_self_judged AS
SELECT f.event AS event, e.shown_id AS decision, f.by AS written_by
FROM self_judged_facts f JOIN events e ON e.id = f.decision;
-- Calls within a limit that take its sum beyond it.
--   basis right | token; whose as shown; attribute; per day | resource; total and calls so far; why
DROP VIEW IF EXISTS v1_cumulative;
CREATE VIEW v1_cumulative AS
SELECT f.event AS event, f.basis AS basis, p.shown AS whose, f.attribute AS attribute, f.per AS per, f.total AS total,
  f.calls AS calls, f.why AS why
FROM cumulative_facts f LEFT JOIN parties p ON p.id = f.whose;
-- Hops of a delegation that go beyond the one before, one row a token and call that used it, or its own record.
--   before the token before it; hop exchange | fan_out; cause issuer x client
DROP VIEW IF EXISTS v1_hops;
CREATE VIEW v1_hops AS
SELECT tk.text AS token, bk.text AS before, h.by AS hop, h.why AS why,
  coalesce(iss.text, 'unknown issuer') || ' x ' || coalesce(ag.shown, 'unknown client') AS cause,
  ag.shown AS agent, su.shown AS subject, t.impact AS impact, t.rated AS rated,
  coalesce(c.event, h.event) AS event, c.outcome AS outcome, c.time AS time
FROM hop_facts h
JOIN strings tk ON tk.id = h.token
JOIN strings bk ON bk.id = h.before
JOIN token_facts t ON t.token = h.token
LEFT JOIN strings iss ON iss.id = t.issuer
LEFT JOIN parties ag ON ag.id = t.agent
LEFT JOIN parties su ON su.id = t.subject
LEFT JOIN (SELECT f.token AS token, f.event AS event, v.outcome AS outcome, v.time AS time
           FROM call_facts f JOIN v1_calls v ON v.event = f.event WHERE f.token IS NOT NULL) c ON c.token = h.token;
-- Calls at which an agent had wielded more than 20 users' tokens within five minutes.
--   users in the five minutes; usual three times the agent's own 99.9th percentile at other times; prompted: users whose own
--   run it was; shapes: different actions and kinds of resource
DROP VIEW IF EXISTS v1_wielded;
CREATE VIEW v1_wielded AS
SELECT w.event AS event, p.shown AS wielder, w.users AS users, w.usual AS usual, w.prompted AS prompted, w.shapes AS shapes
FROM wielded_facts w JOIN parties p ON p.id = w.agent;
-- Delegated tokens in several hands, one row a token and call.
--   agents, hosts (pods of one agent are one), people of the runs it was used in
DROP VIEW IF EXISTS v1_spread_tokens;
CREATE VIEW v1_spread_tokens AS
SELECT tk.text AS token, s.event AS event, s.agents AS agents, s.hosts AS hosts, s.people AS people,
  coalesce(iss.text, 'unknown issuer') || ' x ' || coalesce(ag.shown, 'unknown client') AS cause,
  ag.shown AS agent, t.impact AS impact, t.rated AS rated
FROM spread_token_facts s
JOIN strings tk ON tk.id = s.token
JOIN token_facts t ON t.token = s.token
LEFT JOIN strings iss ON iss.id = t.issuer
LEFT JOIN parties ag ON ag.id = t.agent;
-- Accounts that are no person's, and agents, with the rights that the exports give them; one row each.
--   granted rights held; tested of them those whose system is logged for `days` days, unused of these; unused_are some of them;
--   breadth kinds of thing done, against peers_median of `peers` others of its kind; rights_median of rights_peers likewise;
--   widest 1 for the one with the most rights; owned 0|1, NULL where no owners were imported
DROP VIEW IF EXISTS v1_sprawl;
CREATE VIEW v1_sprawl AS
SELECT pa.shown AS principal, pa.kind AS kind, s.granted AS granted, s.tested AS tested, s.unused AS unused, s.days AS days,
  s.unused_are AS unused_are, s.breadth AS breadth, s.peers AS peers, s.peers_median AS peers_median,
  s.rights_peers AS rights_peers, s.rights_median AS rights_median, s.widest AS widest, s.owned AS owned,
  s.impact AS impact, s.rated AS rated
FROM sprawl_facts s JOIN parties pa ON pa.id = s.party;
-- Runs that cannot have been as they are told, one row a record that shows it.
--   kind cycle | child_first | outside; other the parent run, or NULL; apart_seconds how far beyond, bound_seconds the
--   bound of the clocks
DROP VIEW IF EXISTS v1_lineage;
CREATE VIEW v1_lineage AS
SELECT k.text AS run, l.kind AS kind, l.event AS event, o.text AS other, ag.shown AS agent,
  l.apart_us / 1000000.0 AS apart_seconds, l.bound_us / 1000000.0 AS bound_seconds, l.impact AS impact, l.rated AS rated
FROM lineage_facts l JOIN strings k ON k.id = l.run LEFT JOIN strings o ON o.id = l.other
LEFT JOIN parties ag ON ag.id = l.agent;
-- Agents' calls that no trace holds, of agents whose runs are traced.
--   calls of this agent and tool without a trace; traced calls of this agent that a trace holds
DROP VIEW IF EXISTS v1_untraced;
CREATE VIEW v1_untraced AS
SELECT u.event AS event, ag.shown AS agent, ac.text AS tool, u.calls AS calls, u.traced AS traced,
  f.impact AS impact, f.rated AS rated
FROM untraced_facts u JOIN attributions a ON a.event = u.event JOIN parties ag ON ag.id = a.agent
JOIN call_facts f ON f.event = u.event LEFT JOIN strings ac ON ac.id = a.action;
-- Agents as the logs show them, one row an agent and call that is listed for it (calls of unregistered ones are listed).
--   registered 1 for a row of the directory; register rows of type agent in the directory
DROP VIEW IF EXISTS v1_agents;
CREATE VIEW v1_agents AS
SELECT pa.shown AS agent, f.registered AS registered, f.calls AS calls, f.runs AS runs, f.impact AS impact, f.rated AS rated,
  (SELECT count(*) FROM directory d WHERE d.type = 'agent') AS register, ev.event AS event
FROM agent_facts f JOIN parties pa ON pa.id = f.agent LEFT JOIN agent_events ev ON ev.agent = f.agent;
-- Agent x tool x pattern.
--   share of the calls of agent and tool; required service_account | obo | hybrid | obo_or_hybrid; basis asset | rule |
--   proposal; meets 1 where the pattern is not weaker; takes what the tool has been seen to take, in words
DROP VIEW IF EXISTS v1_patterns;
CREATE VIEW v1_patterns AS
SELECT ag.shown AS agent, coalesce(sv.text, '') AS service, coalesce(tl.text, '') AS tool, p.pattern AS pattern,
  p.calls AS calls, p.calls * 1.0 / p.of_calls AS share, p.both_on_record AS both_on_record, p.effect AS effect,
  p.impact AS impact, p.rated AS rated, p.per_user AS per_user, p.regulated AS regulated, p.required AS required,
  p.basis AS basis, p.why AS why, p.meets AS meets, p.takes AS takes
FROM pattern_facts p JOIN parties ag ON ag.id = p.agent LEFT JOIN strings sv ON sv.id = p.service
LEFT JOIN strings tl ON tl.id = p.tool;
-- Calls whose instruction stands in an earlier output of a tool of their run, and not in the words of the person.
--   strength addressed (to an agent) | plain; passage shown id of the record with it, at byte start, length bytes (NULL where it
--   was not found again); quote its beginning; value what of the call stands in it; tool, source_call whose output it is;
--   words 1 where the export holds what was asked; spoke 1 where the person spoke between
DROP VIEW IF EXISTS v1_instructions;
CREATE VIEW v1_instructions AS
SELECT i.event AS event, i.strength AS strength, p.shown_id AS passage, i.start AS start, i.length AS length,
  i.quote AS quote, i.value AS value, i.tool AS tool, i.source_call AS source_call, i.words AS words, i.spoke AS spoke
FROM instruction_facts i JOIN events p ON p.id = i.passage;
