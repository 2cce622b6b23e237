from datetime import timedelta
from math import ceil

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

HOUR = timedelta(hours=1)


class PropertyAccessLog(models.Model):
    """Who looked at or carried off what, and what was denied him (J8).

    Names no client: the last four digits tell a manager which number was asked for.
    """

    _name = "property.access.log"
    _description = "Access Log"
    _inherit = ["property.ledger.mixin"]
    _order = "date DESC, id DESC"
    _rec_name = "user_id"

    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Datetime(
        "Time", required=True, default=lambda self: fields.Datetime.now()
    )
    user_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user
    )
    kind = fields.Selection(
        [
            ("check", "Number Check"),
            ("denied", "Denied"),
            ("reveal", "Reveal"),
            ("export", "Export"),
            ("print", "Print"),
            ("verify", "Paper Check"),
        ],
        required=True,
    )
    phone_tail = fields.Char("Last Four Digits")
    result = fields.Selection(
        [
            ("new", "New Client"),
            ("yours", "Own Client"),
            ("owned", "Somebody's Client"),
            ("free", "Free Client"),
            ("claimed", "Called Before"),
            ("genuine", "Genuine"),
            ("ended", "No Longer Valid"),
            ("false", "Not Genuine"),
            ("unknown", "No Such Paper"),
        ],
        "Answer",
    )

    note = fields.Char("What")
    paper = fields.Char("Paper No.")

    _verify_idx = models.Index("(user_id, date DESC) WHERE kind = 'verify'")
    _check_idx = models.Index("(user_id, date DESC) WHERE kind = 'check'")
    _project_idx = models.Index("(project_id, date DESC, id DESC)")

    @api.model
    def _log(self, project, kind, **vals):
        """Add a row of the user for what he did now."""
        return self.sudo().create({"project_id": project.id, "kind": kind} | vals)

    @api.model
    def _wait_minutes(self, project, kind="check"):
        """How long until the user may check another number or paper; 0: now.

        The policy allows so many checks in any sixty minutes, over all his projects.
        Requests at the very same moment do not see each other: they exceed it by the
        number of the server's workers at most.
        """
        now = fields.Datetime.now()
        allowed = project._policy_number(project.local_day(), "checks_per_hour")
        oldest = self.sudo().search(
            [
                ("user_id", "=", self.env.uid),
                ("kind", "=", kind),
                ("date", ">", now - HOUR),
            ],
            order="date DESC",
            offset=allowed - 1,
            limit=1,
        )
        return oldest and ceil((oldest.date + HOUR - now) / timedelta(minutes=1)) or 0

    @api.model
    def _log_refusal(self, project, phone):
        """Count a registration that is refused as a check, though it is rolled back.

        :raise UserError: when the user has used up the checks of this hour
        """
        if self.env.su:
            return
        vals = {"phone_tail": phone[-4:], "user_id": self.env.uid}
        if minutes := self._wait_minutes(project):
            self._log_after_rollback(project, vals | {"kind": "denied"})
            raise UserError(
                self.env._(
                    "You have checked as many numbers as one may in an hour: the next "
                    "one in %s minutes.",
                    minutes,
                )
            )
        self._log_after_rollback(project, vals | {"kind": "check"})

    def _log_after_rollback(self, project, vals):
        registry, project_id = self.env.registry, project.id

        def log():
            with registry.cursor() as cr:
                logs = api.Environment(cr, SUPERUSER_ID, {})["property.access.log"]
                logs.create(vals | {"project_id": project_id})

        self.env.cr.postrollback.add(log)
