from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .property_interaction import IDENTITY_WAYS

WISHES = {"unit_type_ids", "wanted_unit_ids"}


class CrmLead(models.Model):
    """What is known of a client and how surely: identity, facts, their checks."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "property.facts.mixin"]
    _confirmed_fields = ("contact_name", "phone", "partner_id", "source_id")

    # B11
    identity_state = fields.Selection(
        [("none", "Not Verified"), *IDENTITY_WAYS],
        "Identity",
        default="none",
        readonly=True,
        copy=False,
        tracking=True,
    )
    identity_by_id = fields.Many2one(
        "res.users", "Identity Verified By", readonly=True, copy=False
    )
    identity_date = fields.Datetime("Identity Verified On", readonly=True, copy=False)

    # C11
    facts_confirmed_date = fields.Datetime(
        "Facts Checked On", readonly=True, copy=False, tracking=True
    )
    facts_confirmed_by_id = fields.Many2one(
        "res.users", "Facts Checked By", readonly=True, copy=False
    )
    fact_check_date = fields.Date(
        "Facts to Check by",
        compute="_compute_fact_check_date",
        store=True,
        compute_sudo=True,
    )
    can_change_facts = fields.Boolean(compute="_compute_can_change_facts")

    # Every change shows old, new, who and when.
    source_id = fields.Many2one(tracking=True)
    grade = fields.Selection(tracking=True)
    purpose = fields.Selection(tracking=True)
    horizon = fields.Selection(tracking=True)
    budget_min = fields.Monetary(tracking=True)
    budget_max = fields.Monetary(tracking=True)
    area_wanted = fields.Float(tracking=True)
    unit_type_ids = fields.Many2many(tracking=True)
    wanted_unit_ids = fields.Many2many(tracking=True)
    district = fields.Char(tracking=True)

    _fact_check_idx = models.Index(
        "(project_id, fact_check_date) INCLUDE (user_id) "
        "WHERE active IS TRUE AND fact_check_date IS NOT NULL"
    )

    @api.depends("registered_date", "facts_confirmed_date")
    def _compute_fact_check_date(self):
        """C11: so long after the last check, by the policy of its day."""
        for lead in self:
            checked = lead.facts_confirmed_date or lead.registered_date
            if not checked or not lead.project_id:
                lead.fact_check_date = False
                continue
            day = lead.project_id.local_day(checked)
            days = lead.project_id._policy_number(day, "fact_check_days")
            lead.fact_check_date = day + timedelta(days=days)

    @api.depends_context("uid")
    def _compute_can_change_facts(self):
        self.can_change_facts = self.env.user._has_office_role("manager")

    def write(self, vals):
        clients = self.with_context(written_wishes=WISHES & vals.keys())
        return super(CrmLead, clients).write(vals)

    def _track_prepare(self, fields_iter):
        """Lists of wishes change only when they are written: others are not read, as
        Odoo would do at each write, to be compared."""
        kept = WISHES - self.env.context.get("written_wishes", WISHES)
        return super()._track_prepare(name for name in fields_iter if name not in kept)

    def _confirmed(self):
        return self.filtered("facts_confirmed_date")

    def action_check_facts(self):
        """The facts as they stand were checked with the client today."""
        self._check_fact_access()
        self._write_through(
            {
                "facts_confirmed_date": fields.Datetime.now(),
                "facts_confirmed_by_id": self.env.uid,
            }
        )

    def _verify_identity(self, way):
        """B11: how identity was verified, by whom, when.

        :param way: one of `IDENTITY_WAYS`
        """
        self._check_fact_access()
        self._write_identity(way, self.env.user, fields.Datetime.now())

    def _write_identity(self, way, user, moment):
        self._write_through(
            {"identity_state": way, "identity_by_id": user.id, "identity_date": moment}
        )

    def _check_fact_access(self):
        self.check_access("write")
        if not self.env.user._has_office_role("rep", "clerk"):
            raise AccessError(
                self.env._("Facts of a client are checked by reps and the front desk.")
            )
