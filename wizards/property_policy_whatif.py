from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..models.property_interaction import FOLLOWUP_KINDS, VISIT_KINDS

MEASURES = [
    ("owned", "Owned at the end"),
    ("lapsed", "Lapsed in the period"),
    ("colliding", "Claimed by two reps in the period"),
    ("short", "Followed up too little"),
]
VALUES = ("ownership_months", "call_claim_days", "followups_required")


class PropertyPolicyWhatif(models.TransientModel):
    """K1: what other numbers of the policy would have made of the register.

    The facts are those that happened; only the rule is exchanged. Buyers are left out:
    nothing of this touches them.
    """

    _name = "property.policy.whatif"
    _description = "Policy What-if"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env.user.property_project_ids[:1],
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.add(self._today(), months=-3),
    )
    date_to = fields.Date("To", required=True, default=lambda self: self._today())
    policy_id = fields.Many2one(
        "property.policy", "Policy in Force", compute="_compute_policy_id"
    )
    ownership_months = fields.Integer(
        compute="_compute_values", store=True, readonly=False, precompute=True
    )
    call_claim_days = fields.Integer(
        compute="_compute_values", store=True, readonly=False, precompute=True
    )
    followups_required = fields.Integer(
        compute="_compute_values", store=True, readonly=False, precompute=True
    )
    line_ids = fields.One2many("property.policy.whatif.line", "whatif_id")

    _numbers_positive = models.Constraint(
        "CHECK(ownership_months > 0 AND call_claim_days >= 0 "
        "AND followups_required >= 0)",
        "Ownership lasts a month at least; days and counts are not negative.",
    )

    @api.model
    def _today(self):
        return fields.Date.context_today(self)

    @api.depends("project_id", "date_to")
    def _compute_policy_id(self):
        for whatif in self:
            project, day = whatif.project_id, whatif.date_to
            whatif.policy_id = project and day and project.policy(day)

    @api.depends("policy_id")
    def _compute_values(self):
        for whatif in self:
            for name in VALUES:
                whatif[name] = whatif.policy_id[name]

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        if any(whatif.date_from > whatif.date_to for whatif in self):
            raise ValidationError(self.env._("The period ends before it begins."))

    def action_calculate(self):
        """Compare the policy in force with the values entered."""
        self.ensure_one()
        now, then = self._clients(self.policy_id), self._clients(self)
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "measure": measure,
                        "count_now": len(now[measure]),
                        "count_then": len(then[measure]),
                    }
                )
                for measure, _label in MEASURES
            ),
        ]
        return {
            "name": self.env._("What If"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _clients(self, values):
        """The clients behind each figure under `values` (a policy or this dialog).

        A client is somebody's from each effective visit or follow-up for so many
        calendar months (C3). He collides when another rep receives him in that time, or
        within the days of a call that another rep took from him (B7).

        :return: {measure: [id of crm.lead]}
        """
        self.project_id.check_access("read")
        self.env["property.interaction"].flush_model()
        self.env["crm.lead"].flush_model()
        first, end = self.project_id.day_bounds(self.date_from, self.date_to)
        rows = self.env.execute_query(
            SQL(
                """
                WITH entry AS (
                    SELECT lead_id, entry.user_id, kind, date,
                           (date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day
                      FROM property_interaction entry
                      JOIN crm_lead lead ON lead.id = lead_id
                     WHERE entry.project_id = %(project)s AND date < %(end)s
                       AND lead.is_sold IS NOT TRUE
                       AND (kind IN %(contacts)s OR kind = 'call_in')
                       AND %(effective)s
                ), contact AS (
                    SELECT *,
                           (day + make_interval(months => %(months)s))::date AS until,
                           lag(user_id) OVER past AS holder,
                           lag(day) OVER past AS before,
                           lead(day) OVER past AS next,
                           max(date) FILTER (WHERE kind IN %(visits)s)
                               OVER (PARTITION BY lead_id) AS visited
                      FROM entry
                     WHERE kind IN %(contacts)s
                    WINDOW past AS (PARTITION BY lead_id ORDER BY date)
                )
                SELECT 'owned', lead_id FROM contact
                 WHERE next IS NULL AND until >= %(to)s
                UNION
                SELECT 'lapsed', lead_id FROM contact
                 WHERE until >= %(from)s AND until < %(to)s
                   AND (next IS NULL OR next > until)
                UNION
                SELECT 'colliding', lead_id FROM contact
                 WHERE kind IN %(visits)s AND date >= %(first)s AND holder <> user_id
                   AND before + make_interval(months => %(months)s) >= day
                UNION
                SELECT 'colliding', visit.lead_id
                  FROM contact visit
                  JOIN entry call ON call.lead_id = visit.lead_id
                 WHERE visit.before IS NULL AND visit.date >= %(first)s
                   AND call.kind = 'call_in' AND call.date < visit.date
                   AND call.user_id <> visit.user_id
                   AND call.day + %(days)s >= visit.day
                UNION
                SELECT 'short', lead_id FROM contact
                 WHERE visited >= %(first)s
                 GROUP BY lead_id
                HAVING count(*) FILTER (WHERE kind IN %(followups)s
                                          AND date >= visited) < %(required)s""",
                tz=self.project_id.tz,
                project=self.project_id.id,
                first=first,
                end=end,
                to=self.date_to,
                months=values.ownership_months,
                days=values.call_claim_days,
                required=values.followups_required,
                contacts=VISIT_KINDS + FOLLOWUP_KINDS,
                visits=VISIT_KINDS,
                followups=FOLLOWUP_KINDS,
                effective=self.env["property.interaction"]._effective_sql("entry"),
                **{"from": self.date_from},
            )
        )
        clients = {measure: [] for measure, _label in MEASURES}
        for measure, lead_id in rows:
            clients[measure].append(lead_id)
        return clients
