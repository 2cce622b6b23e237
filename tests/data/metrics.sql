-- The metric dictionary of forms.md, written down anew from there and not from the code:
-- a row for each fact. tests/test_metric_random.py compares it with property.metric.
WITH RECURSIVE
family AS (  -- units exchanged for each other are one sale
    SELECT id, id AS root, 0 AS depth
      FROM property_deposit
     WHERE exchanged_from_id IS NULL
    UNION ALL
    SELECT next.id, family.root, family.depth + 1
      FROM family
      JOIN property_deposit next ON next.exchanged_from_id = family.id
),
holder AS (  -- whose client it was from when to when
    SELECT lead_id, user_id, date AS since,
           lead(date) OVER (PARTITION BY lead_id ORDER BY date, id) AS until
      FROM property_ownership
),
entry AS (  -- the register without what was corrected
    SELECT entry.*,
           timezone(project.tz, timezone('UTC', entry.date))::date AS local
      FROM property_interaction entry
      JOIN property_project project ON project.id = entry.project_id
      LEFT JOIN property_interaction correction ON correction.corrects_id = entry.id
     WHERE correction.id IS NULL
),
contact AS (SELECT * FROM entry WHERE is_valid),
signing AS (  -- the first of a sale's contracts is the sale
    SELECT contract.*, family.root,
           row_number() OVER (
               PARTITION BY family.root ORDER BY family.depth, contract.id) AS place
      FROM property_contract contract
      JOIN family ON family.id = contract.deposit_id
     WHERE contract.name IS NOT NULL
),
undone AS (
    SELECT change.*, deposit.area_gross,
           CASE WHEN EXISTS (SELECT FROM signing
                               JOIN family mine ON mine.root = signing.root
                               JOIN family his ON his.id = signing.deposit_id
                              WHERE mine.id = change.deposit_id
                                AND his.depth <= mine.depth)
                THEN 'contracts' ELSE 'deposits' END AS stage
      FROM property_change change
      JOIN property_deposit deposit ON deposit.id = change.deposit_id
     WHERE change.state = 'done' AND deposit.confirm_date IS NOT NULL
),
deal AS (  -- moment, or day where there is no clock
    SELECT 'slips' AS metric, date AS moment, NULL::date AS day, project_id, lead_id,
           user_id, unit_id, 1 AS number, area_gross AS area, price AS amount
      FROM property_deposit WHERE state != 'draft' AND exchanged_from_id IS NULL
    UNION ALL
    SELECT 'deposits', confirm_date, NULL, project_id, lead_id, user_id, unit_id, 1,
           area_gross, price
      FROM property_deposit
     WHERE confirm_date IS NOT NULL AND exchanged_from_id IS NULL
    UNION ALL
    SELECT 'contracts', NULL, sign_date, project_id, lead_id, user_id, unit_id, 1,
           area_gross, price
      FROM signing WHERE place = 1
    UNION ALL
    SELECT 'filed', NULL, filing_date, project_id, lead_id, user_id, unit_id, 1,
           area_gross, price
      FROM property_contract WHERE state IN ('filed', 'delivered')
    UNION ALL
    SELECT 'cancelled_' || stage, done_date, NULL, project_id, lead_id, user_id,
           unit_id, 1, area_gross, price
      FROM undone WHERE kind = 'cancel'
    UNION ALL
    SELECT 'exchanged_' || stage, done_date, NULL, change.project_id, change.lead_id,
           change.user_id, change.unit_id, 1, new.area_gross - change.area_gross,
           change.new_price - change.price
      FROM undone change JOIN property_unit new ON new.id = change.new_unit_id
     WHERE kind = 'exchange'
    UNION ALL
    SELECT CASE WHEN nature = 'fee' THEN 'fees'
                WHEN kind = 'refund' THEN 'refunds' ELSE 'receipts' END,
           receipt.confirm_date, NULL, receipt.project_id, receipt.lead_id,
           receipt.user_id, deposit.unit_id,
           CASE WHEN nature = 'fee' THEN sign(signed_amount) ELSE 1 END, 0,
           CASE WHEN nature = 'fee' THEN signed_amount ELSE receipt.amount END
      FROM property_receipt receipt
      LEFT JOIN property_deposit deposit ON deposit.id = receipt.deposit_id
     WHERE receipt.state = 'confirmed' AND receipt.method != 'carried'
),
dated AS (
    SELECT deal.*,
           COALESCE(day, timezone(project.tz, timezone('UTC', moment))::date) AS local,
           COALESCE(moment, timezone('UTC', timezone(project.tz, day + time '24:00')))
               AS decisive
      FROM deal JOIN property_project project ON project.id = deal.project_id
),
fact AS (
    SELECT CASE kind WHEN 'call_in' THEN 'calls' WHEN 'visit_first' THEN 'first'
                     WHEN 'visit_called' THEN 'called' ELSE 'returns' END AS metric,
           project_id, local AS day, user_id, source_id, NULL::int AS building_id,
           1 AS number, 0.0 AS area, 0.0 AS amount
      FROM contact
     WHERE kind IN ('call_in', 'visit_first', 'visit_called', 'visit_return')
    UNION ALL
    SELECT 'invalid', project_id, local, user_id, source_id, NULL, 1, 0, 0
      FROM entry
     WHERE NOT is_valid
       AND kind IN ('call_in', 'visit_first', 'visit_called', 'visit_return')
    UNION ALL
    SELECT 'followups', project_id, local, user_id, source_id, NULL, 1, 0, 0
      FROM contact WHERE kind LIKE 'followup%%'
    UNION ALL
    SELECT 'due', project_id, next_date, user_id, source_id, NULL, 1, 0, 0
      FROM contact WHERE next_date <= %(today)s AND lead_id IS NOT NULL
    UNION ALL
    SELECT 'missed', promise.project_id, promise.next_date, promise.user_id,
           promise.source_id, NULL, 1, 0, 0
      FROM contact promise
      LEFT JOIN LATERAL (
           SELECT count(*) AS contacts FROM contact
            WHERE contact.lead_id = promise.lead_id
              AND contact.local <= promise.next_date
              AND (contact.date > promise.date
                   OR contact.date = promise.date AND contact.id > promise.id)) met
        ON TRUE
     WHERE next_date <= %(today)s AND promise.lead_id IS NOT NULL AND met.contacts = 0
    UNION ALL
    SELECT 'registrations', lead.project_id,
           timezone(project.tz, timezone('UTC', registered_date))::date,
           registered_user_id, source_id, NULL, 1, 0, 0
      FROM crm_lead lead JOIN property_project project ON project.id = lead.project_id
     WHERE registered_date IS NOT NULL
    UNION ALL
    SELECT metric, dated.project_id, local, COALESCE(holder.user_id, dated.user_id),
           lead.source_id, unit.building_id, number, area, amount
      FROM dated
      LEFT JOIN crm_lead lead ON lead.id = dated.lead_id
      LEFT JOIN property_unit unit ON unit.id = dated.unit_id
      LEFT JOIN holder ON holder.lead_id = dated.lead_id
                      AND holder.since <= dated.decisive
                      AND (holder.until IS NULL OR holder.until > dated.decisive)
)
SELECT metric, project_id, day, user_id, source_id, building_id,
       number::int, area::float8, amount::float8
  FROM fact
