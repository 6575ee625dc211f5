-- What portfolio.dun says, asked of DuckDB: each invoice with a step due on 30 September 2026, and what becomes of it.
-- DIR stands for the folder of the data and out.csv for the file to write; rules such as R11 are those of docs/rules.md.
COPY (
WITH ladder (segment, rung, step, mode, opening) AS (VALUES
  ('strategic',  2, 'notify owner',              'automatic', NULL),
  ('strategic',  9, 'email courteous_reminder',  'approval',  'may we ask you to look at it'),
  ('strategic', 21, 'call owner',                'manual',    'the customer has not answered'),
  ('delicate',   6, 'email courteous_reminder',  'approval',  'may we ask you to look at it'),
  ('delicate',  21, 'call owner',                'manual',    'the customer has not answered'),
  ('minor',      8, 'email minor_reminder',      'automatic', 'a small matter'),
  ('minor',     28, 'email minor_final',         'approval',  'we write for the last time'),
  ('regular',   -4, 'email coming_due',          'automatic', 'this is a courtesy note'),
  ('regular',    4, 'email friendly_reminder',   'automatic', 'perhaps it slipped through'),
  ('regular',   11, 'email firm_reminder',       'automatic', 'please settle it this week'),
  ('regular',   21, 'call owner',                'manual',    'the customer has not answered'),
  ('regular',   31, 'escalate head',             'automatic', NULL)
),
customer AS (
  SELECT customer_id, contact_name, email, tags FROM read_csv('DIR/customers.csv', types = {'email': 'VARCHAR', 'tags': 'VARCHAR'})
),
invoice AS (
  SELECT *, DATE '2026-09-30' AS today, DATE '2026-09-30' - due_date AS overdue
  FROM read_csv('DIR/invoices.csv', types = {'paid_date': 'DATE', 'dispute_opened': 'DATE', 'dispute_closed': 'DATE', 'promise_made': 'DATE', 'promise_date': 'DATE'})
),
-- What failed has not been done (R9).
carried_out AS (
  SELECT invoice_id, date, channel, CAST(substr(rung, 2) AS INTEGER) AS rung
  FROM read_csv('DIR/history.csv', types = {'channel': 'VARCHAR'}) WHERE outcome IN ('sent', 'done')
),
climbed AS (SELECT invoice_id, max(rung) AS rung FROM carried_out GROUP BY invoice_id),
written_to AS (
  SELECT customer_id, max(date) AS last_written FROM carried_out JOIN invoice USING (invoice_id)
  WHERE channel = 'email' GROUP BY customer_id
),
-- Open, and in the first segment that fits (R2).
standing AS (
  SELECT invoice.*, contact_name, email, climbed.rung AS reached, CASE
      WHEN list_contains(string_split(tags, ';'), 'key') THEN 'strategic'
      WHEN list_contains(string_split(tags, ';'), 'sensitive') THEN 'delicate'
      WHEN balance < 150 THEN 'minor'
      ELSE 'regular' END AS segment
  FROM invoice JOIN customer USING (customer_id) LEFT JOIN climbed USING (invoice_id)
  WHERE balance >= 5 AND issue_date <= today AND (paid_date IS NULL OR paid_date > today)
),
-- The highest rung whose day has come; what was to be done before the due date lapses on it (R10, R11).
come AS (
  SELECT invoice_id, max(ladder.rung) AS rung FROM standing JOIN ladder USING (segment)
  WHERE ladder.rung <= overdue AND (ladder.rung >= 0 OR overdue < 0)
  GROUP BY invoice_id
),
due AS (
  SELECT standing.*, step, mode, opening, step LIKE 'email %' AS is_message, overdue < 0 AS is_early, CASE
      WHEN dispute_opened <= today AND (dispute_closed IS NULL OR dispute_closed > today) THEN 'disputed'
      WHEN promise_made <= today AND promise_date >= today THEN 'promised'
      WHEN step LIKE 'email %' AND email IS NULL THEN 'no_address' END AS blocker
  FROM standing JOIN come USING (invoice_id) JOIN ladder ON ladder.segment = standing.segment AND ladder.rung = come.rung
  WHERE reached IS NULL OR come.rung > reached
),
-- One message a customer and day: the most overdue invoice leads, and all that it joins is approved together (R18).
free AS (
  SELECT invoice_id, customer_id, is_early,
    row_number() OVER (PARTITION BY customer_id, is_early ORDER BY overdue DESC, balance DESC, invoice_id) AS place,
    bool_or(mode = 'approval') OVER (PARTITION BY customer_id, is_early) AS asks,
    bool_or(NOT is_early) OVER (PARTITION BY customer_id) AS urgent
  FROM due WHERE is_message AND blocker IS NULL
)
SELECT due.invoice_id, due.customer_id, step, CASE WHEN asks THEN 'approval' ELSE mode END AS mode, CASE
    WHEN blocker IS NOT NULL THEN 'withheld: ' || blocker
    WHEN place IS NULL THEN 'acts'
    WHEN last_written > today - 4 THEN 'withheld: limit'
    WHEN free.is_early AND urgent THEN 'withheld: one_a_day'
    WHEN place > 1 THEN 'combined'
    ELSE 'acts' END AS outcome,
  'Hello ' || contact_name || ', ' || opening || ': invoice ' || due.invoice_id || ' over ' || balance || ' ' || currency || ' was due on ' || due_date || '.' AS body
FROM due LEFT JOIN free USING (invoice_id) LEFT JOIN written_to ON written_to.customer_id = due.customer_id
ORDER BY due.customer_id, due.invoice_id
) TO 'out.csv' (HEADER);
