from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .property_day_check import OFFICE_ROLES
from .property_door import lock_rows
from .property_interaction import FOLLOWUP_KINDS, INTERACTION_KINDS
from .property_interaction_chain import GENESIS
from .property_register_guard import guard_closed


class PropertyDay(models.Model):
    """A day of a project's office: the check before it opens (B13), the closing of its
    register by the supervisor (B9).

    A closing takes in whatever is open and dated up to the end of the day, what was
    added late to earlier days too. Its number, counts and chain value prove the
    register that far: `property.project.verify_register()`.
    """

    _name = "property.day"
    _description = "Office Day"
    _inherit = ["property.door.mixin"]
    _order = "date DESC, project_id"
    _door_fields = (
        "state",
        "signer_ids",
        "manager_id",
        "manager_date",
        "closed_by_id",
        "closed_date",
        "closing_number",
        "first_number",
        "last_number",
        "chain_value",
        "counts",
    )
    _frozen_fields = {"project_id": (), "date": (), "check_ids": ("open",)}

    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env.user.property_project_ids[:1],
    )
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Date(required=True, default=lambda self: self._default_date())
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], default="open", required=True
    )

    # Opening
    check_ids = fields.One2many(
        "property.day.check", "day_id", default=lambda self: self._default_checks()
    )
    signer_ids = fields.Many2many("res.users", string="Signed By")
    manager_id = fields.Many2one("res.users", "Signed by Manager")
    manager_date = fields.Datetime("Manager Signed On")

    # Closing
    closed_by_id = fields.Many2one("res.users")
    closed_date = fields.Datetime("Closed On")
    closing_number = fields.Integer("Closing No.", aggregator=None)
    first_number = fields.Integer("First Register No.", aggregator=None)
    last_number = fields.Integer("Last Register No.", aggregator=None)
    chain_value = fields.Char(help="Printed on the register, it proves all before it.")
    counts = fields.Json(help="{kind: [effective, not effective]} of what was closed")

    # What the counts say; of an open day, what its closing would take in
    entry_count = fields.Integer("Entries", compute="_compute_entry_counts")
    call_count = fields.Integer("Calls", compute="_compute_entry_counts")
    first_visit_count = fields.Integer("First Visits", compute="_compute_entry_counts")
    called_visit_count = fields.Integer(
        "Visits after Call", compute="_compute_entry_counts"
    )
    return_visit_count = fields.Integer(
        "Return Visits", compute="_compute_entry_counts"
    )
    followup_count = fields.Integer("Follow-ups", compute="_compute_entry_counts")
    care_count = fields.Integer("Care", compute="_compute_entry_counts")
    invalid_count = fields.Integer("Not Effective", compute="_compute_entry_counts")
    incomplete_count = fields.Integer("Incomplete", compute="_compute_entry_counts")

    _day_uniq = models.UniqueIndex(
        "(project_id, date)", "This day of the project has been opened already."
    )
    _closing_uniq = models.UniqueIndex(
        "(project_id, closing_number) WHERE closing_number IS NOT NULL",
        "Somebody else closed the register at this moment: look at it again.",
    )

    def init(self):
        """The database keeps closed days, as it keeps closed entries."""
        guard_closed(self.env.cr, self._table, ("write_uid", "write_date"))

    @api.model
    def _default_date(self):
        project = self.env.user.property_project_ids[:1]
        return project.local_day() if project else fields.Date.context_today(self)

    @api.model
    def _default_checks(self):
        items = self.env["property.day.check.item"].search([("active", "=", True)])
        return [Command.create({"item_id": item.id}) for item in items]

    @api.depends("project_id", "date")
    def _compute_display_name(self):
        for day in self:
            day.display_name = f"{day.project_id.name} {day.date or ''}"

    @api.depends("state", "counts", "project_id", "date")
    def _compute_entry_counts(self):
        entries = self.env["property.interaction"].sudo()
        for day in self:
            counts = day.counts or {}
            day.incomplete_count = 0
            if day.state == "open" and day.project_id and day.date:
                due = day._due_domain()
                counts = day._counts(
                    {
                        (kind, is_valid): count
                        for kind, is_valid, count in entries._read_group(
                            due, ["kind", "is_valid"], ["__count"]
                        )
                    }
                )
                day.incomplete_count = entries.search_count(
                    due & Domain("is_incomplete", "=", True)
                )
            valid = {kind: counts.get(kind, [0])[0] for kind, _ in INTERACTION_KINDS}
            day.entry_count = sum(map(sum, counts.values()))
            day.invalid_count = day.entry_count - sum(valid.values())
            day.call_count = valid["call_in"]
            day.first_visit_count = valid["visit_first"]
            day.called_visit_count = valid["visit_called"]
            day.return_visit_count = valid["visit_return"]
            day.followup_count = sum(valid[kind] for kind in FOLLOWUP_KINDS)
            day.care_count = valid["care"]

    @staticmethod
    def _counts(numbers):
        """`counts` of {(kind, is_valid): number}"""
        counts = {}
        for (kind, is_valid), number in numbers.items():
            counts.setdefault(kind, [0, 0])[not is_valid] += number
        return counts

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        if any(day.state == "closed" for day in self):
            raise UserError(self.env._("A closed day is not deleted."))

    # === Opening ===

    @api.model
    def _of(self, project, date=None):
        """The day of `project`, opened when there is none yet (today when omitted)."""
        vals = {"project_id": project.id, "date": date or project.local_day()}
        domain = [(name, "=", value) for name, value in vals.items()]
        return self.search(domain, limit=1) or self.sudo().create(vals).sudo(
            self.env.su
        )

    @api.model
    def _cron_open(self):
        """Open today's days of all projects: the opening checks are there (B13)."""
        for project in self.env["property.project"].search([("active", "=", True)]):
            self._of(project)

    def action_sign(self):
        """Sign the opening check: a manager as the manager, others for themselves.

        :raise UserError: when the day is closed, or another manager has signed
        """
        self.ensure_one()
        self._check_role(*OFFICE_ROLES)
        self._check_state("open")
        day = self.sudo()
        if not self.env.user._has_office_role("manager"):
            day._write_through({"signer_ids": [Command.link(self.env.uid)]})
        elif day.manager_id:
            raise UserError(
                self.env._("%s has signed the opening check.", day.manager_id.name)
            )
        else:
            day._write_through(
                {"manager_id": self.env.uid, "manager_date": fields.Datetime.now()}
            )

    # === Closing ===

    def _due_domain(self):
        """What the closing of the day takes in."""
        return (
            Domain("project_id", "=", self.project_id.id)
            & Domain("state", "=", "open")
            & Domain("date", "<", self.project_id.day_bounds(self.date)[1])
        )

    @api.model
    def _last_closed(self, project):
        return self.sudo().search_fetch(
            [("project_id", "=", project.id), ("state", "=", "closed")],
            ["date"],
            order="closing_number DESC",
            limit=1,
        )

    def action_close(self):
        """Close the register of the project up to the end of this day (B9).

        Of two who close at one moment the database lets one win. An entry made
        meanwhile is in this closing or in the next one.

        :raise AccessError: for anyone but a supervisor or manager of the project
        :raise UserError: when the day is still to come or closed already, a later day
            is closed, or entries lack columns (B5)
        """
        self.ensure_one()
        self._check_role("supervisor", "manager")
        lock_rows(self)
        self._check_state("open")
        day = self.sudo()
        if day.date > day.project_id.local_day():
            raise UserError(self.env._("%s is still to come.", day.date))
        last = self._last_closed(day.project_id)
        if last and last.date > day.date:
            raise UserError(
                self.env._(
                    "The register is closed up to %s: what is added to earlier days is "
                    "closed with the next day.",
                    last.date,
                )
            )
        entries = day.env["property.interaction"].search(day._due_domain())
        entries._check_complete()
        number, value, counts = entries._chain(
            day, last.last_number, last.chain_value or GENESIS
        )
        day._write_through(
            {
                "state": "closed",
                "closed_by_id": self.env.uid,
                "closed_date": fields.Datetime.now(),
                "closing_number": last.closing_number + 1,
                "first_number": entries and last.last_number + 1,
                "last_number": number,
                "chain_value": value,
                "counts": self._counts(counts),
            }
        )

    # === What the buttons of the form show ===

    def action_open_entries(self):
        """The entries closed with the day, or those its closing would take in."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_interaction_action"
        )
        closed = [("day_id", "=", self.id)]
        domain = closed if self.state == "closed" else list(self._due_domain())
        return action | {"domain": domain}

    def action_open_incomplete(self):
        return self.action_open_entries() | {
            "context": {"search_default_incomplete": True}
        }

    def action_verify(self):
        """Verify the whole register of the project and show what was found.

        :raise AccessError: for anyone but a supervisor, manager or HQ
        """
        self.ensure_one()
        self.check_access("read")
        result = self.project_id.verify_register()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if result["problem"] else "success",
                "sticky": True,
                "message": result["message"],
            },
        }
