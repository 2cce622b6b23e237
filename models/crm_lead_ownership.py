from odoo import api, fields, models
from odoo.fields import Domain

from .property_door import lock_rows

# What the ledger says belongs there: none of it goes into the file's chatter as well.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}


class CrmLead(models.Model):
    """Whose client he is, and until when (C2, C3).

    `property.ownership` is the ledger, `_transfer()` its only door. `user_id`,
    `owned_until` and `is_sold` are what the ledger and the register come to; nothing
    stored depends on today.
    """

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    owned_until = fields.Date(
        readonly=True,
        copy=False,
        help="The last day on which the client is his owner's, unless he is seen or "
        "followed up again.",
    )
    is_sold = fields.Boolean(readonly=True, copy=False)
    ownership_state = fields.Selection(
        [
            ("owned", "Owned"),
            ("expiring", "Expiring"),
            ("free", "Free"),
            ("sold", "Sold"),
        ],
        compute="_compute_ownership_state",
        search="_search_ownership_state",
    )
    ownership_ids = fields.One2many("property.ownership", "lead_id", readonly=True)
    warned_until = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The last day of which the owner has been warned.",
    )

    _lapse_idx = models.Index(
        "(project_id, owned_until) INCLUDE (warned_until) WHERE owned_until IS NOT NULL"
    )

    @api.depends("user_id", "owned_until", "is_sold", "project_id")
    def _compute_ownership_state(self):
        for project, leads in self.grouped("project_id").items():
            if not project:
                leads.ownership_state = False
                continue
            limit = project._expiring_until()
            for lead in leads:
                if lead.is_sold:
                    lead.ownership_state = "sold"
                elif not lead.user_id:
                    lead.ownership_state = "free"
                elif lead.owned_until and lead.owned_until <= limit:
                    lead.ownership_state = "expiring"
                else:
                    lead.ownership_state = "owned"

    def _search_ownership_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        held = Domain("is_sold", "=", False) & Domain("user_id", "!=", False)
        domain = Domain.FALSE
        if "sold" in value:
            domain |= Domain("is_sold", "=", True)
        if "free" in value:
            domain |= Domain("is_sold", "=", False) & Domain("user_id", "=", False)
        if {"owned", "expiring"} <= set(value):
            domain |= held
        elif not {"owned", "expiring"}.isdisjoint(value):
            projects = self.env["property.project"].sudo()
            ending = Domain.OR(
                Domain("project_id", "=", project.id)
                & Domain("owned_until", "<=", project._expiring_until())
                for project in projects.search([("active", "in", (True, False))])
            )
            # Without a last day: a paid deposit waits for finance.
            domain |= held & (~ending if "owned" in value else ending)
        return Domain("project_id", "!=", False) & domain

    # === The door ===

    def _write_through(self, vals):
        """Write what follows from ledger and register; by these steps only."""
        # pylint: disable-next=super-method-mismatch
        return super().write(vals)

    def _transfer(self, user, basis, clause=None, reason=None, date=None):
        """Give the clients to `user` (empty: free): the only way an owner changes.

        Locks the files and appends to the ledger `property.ownership`; the rows that
        hang on a client follow through their stored owner. Who has bought stays a
        buyer, whoever takes him over, until the sale is cancelled ("unsold"): then the
        ownership runs again from that day.

        :param basis: one of `property.ownership.basis`
        :param date: the moment it took effect, naive UTC; now when omitted
        """
        clients = self.sudo().with_context(**QUIET)
        lock_rows(clients)
        clients._hand_over_activities(user)
        if basis in ("sold", "unsold"):
            clients._write_through({"is_sold": basis == "sold"})
        for project, leads in clients.grouped("project_id").items():
            last_day = project._owned_until(project.local_day(date))
            for is_sold, some in leads.grouped("is_sold").items():
                some._write_through(
                    {
                        "user_id": user.id,
                        "owned_until": bool(user and not is_sold) and last_day,
                        "warned_until": False,
                    }
                )
        # CRM's tracked fields are recomputed by who may read them: finance may not.
        clients.flush_recordset()
        clients._append_ownership(basis, clause, reason, date)

    def _append_ownership(self, basis, clause=None, reason=None, date=None):
        date = date or fields.Datetime.now()
        policies = {
            project: project.policy(project.local_day(date))
            for project in self.project_id
        }
        self.env["property.ownership"].sudo().create(
            [
                {
                    "lead_id": lead.id,
                    "project_id": lead.project_id.id,
                    "date": date,
                    "user_id": lead.user_id.id,
                    "basis": basis,
                    "clause": clause,
                    "reason": reason,
                    "policy_id": policies[lead.project_id].id,
                }
                for lead in self
            ]
        )

    def _hand_over_activities(self, user):
        """Who has an activity can read it: it goes along with the client."""
        activities = self._open_activities()
        warnings = activities.filtered(
            lambda one: one.activity_type_id == self._warning_type()
        )
        warnings.unlink()
        owners = {lead.id: lead.user_id for lead in self}
        (activities - warnings).filtered(
            lambda one: one.user_id == owners[one.res_id] != user
        ).user_id = user

    def _open_activities(self):
        activities = self.env["mail.activity"].sudo().with_context(**QUIET)
        return activities.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )

    def owner_at(self, moment):
        """Whose client it was at `moment` (naive UTC): empty when free or unknown."""
        self.ensure_one()
        self.check_access("read")
        moment = fields.Datetime.to_datetime(moment)
        ledger = self.env["property.ownership"].sudo()
        entry = ledger.search(
            [("lead_id", "=", self.id), ("date", "<=", moment)], limit=1
        )
        owner = entry.user_id.with_env(self.env)
        # Nothing later in the ledger: it ends with its last day, written down or not.
        is_last = entry == ledger.search([("lead_id", "=", self.id)], limit=1)
        if is_last and self._is_over(self.project_id.local_day(moment)):
            return owner.browse()
        return owner

    # === Lapse ===

    def _is_over(self, day):
        """C3: the ownership ends with its last day, in the project's time zone."""
        return bool(self.owned_until and self.owned_until < day)

    def _lapse(self):
        """Free the clients whose last day is over, as of the end of that day (C3)."""
        overdue = self.filtered(lambda lead: lead._is_over(lead.project_id.local_day()))
        nobody = self.env["res.users"]
        for (project, last_day), leads in overdue.grouped(
            lambda lead: (lead.project_id, lead.owned_until)
        ).items():
            end = project.day_bounds(last_day)[1]
            leads._transfer(nobody, "expired", clause="C3", date=end)

    @api.model
    def _cron_lapse(self, batch_size=500):
        """Write down what has lapsed; warn of what lapses soon (C3)."""
        files = self.with_context(active_test=False)
        for project in self.env["property.project"].search([("active", "=", True)]):
            today = project.local_day()
            lapsed = Domain("owned_until", "<", today)
            ending = Domain("owned_until", "<=", project._expiring_until()) & Domain(
                "warned_until", "=", False
            )
            mine = Domain("project_id", "=", project.id)
            files._in_batches(lapsed & mine, batch_size, CrmLead._lapse)
            files._in_batches(~lapsed & ending & mine, batch_size, CrmLead._warn)

    def _in_batches(self, domain, size, step):
        """Take `step` with the files found, committing after each batch; files that
        somebody works on wait for the next run."""
        last_id = 0
        while files := self.search(
            domain & Domain("id", ">", last_id), limit=size, order="id"
        ):
            last_id = files[-1].id
            step(files.try_lock_for_update())
            self.env["ir.cron"]._commit_progress(len(files))

    @api.model
    def _warning_type(self):
        return self.env.ref("crm_property_sales.mail_activity_type_lapse")

    def _warn(self):
        """Tell the owners, before and not after (C3)."""
        activity_type = self._warning_type()
        self.env["mail.activity"].with_context(**QUIET).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": lead.id,
                    "activity_type_id": activity_type.id,
                    "user_id": lead.user_id.id,
                    "date_deadline": lead.owned_until,
                }
                for lead in self
            ]
        )
        for last_day, leads in self.grouped("owned_until").items():
            leads.with_context(**QUIET)._write_through({"warned_until": last_day})

    def _drop_warnings(self):
        activity_type = self._warning_type()
        self._open_activities().filtered(
            lambda one: one.activity_type_id == activity_type
        ).unlink()
