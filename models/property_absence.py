from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OPEN_ABSENCES = ("requested", "approved")


class PropertyAbsence(models.Model):
    """Leaving during duty, registered and approved (外出登记, H5).

    While it is approved and the rep is not back the rings pass him, over nights too;
    the reason says what becomes of his turns. Desk staff enter it for who calls in.
    """

    _name = "property.absence"
    _description = "Absence"
    _inherit = ["property.door.mixin"]
    _order = "date_from DESC, id DESC"
    _rec_name = "user_id"
    _door_fields = ("state", "approver_id", "date_back")
    _frozen_fields = dict.fromkeys(
        ("user_id", "project_id", "reason_id", "note", "date_from", "date_to"),
        ("requested",),
    )

    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env.user.property_project_ids[:1],
    )
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        "Rep",
        required=True,
        index=True,
        default=lambda self: self.env.user,
    )
    reason_id = fields.Many2one(
        "property.roster.reason", required=True, ondelete="restrict"
    )
    note = fields.Char("Where To")
    date_from = fields.Datetime("Leaves", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime("Expected Back")
    date_back = fields.Datetime("Back On", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", "Decided By", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("approved", "Out"),
            ("back", "Back"),
            ("refused", "Refused"),
        ],
        default="requested",
        required=True,
        copy=False,
    )

    _open_uniq = models.UniqueIndex(
        "(project_id, user_id) WHERE state IN ('requested', 'approved')",
        "The rep has an absence that has not ended: mark the rep back first.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_to IS NULL OR date_to > date_from)",
        "The rep comes back after leaving: correct the times.",
    )

    @api.constrains("user_id", "project_id")
    def _check_works_here(self):
        for absence in self:
            if absence.user_id not in absence.project_id.sudo().user_ids:
                raise UserError(
                    self.env._(
                        "%(user)s does not work in %(project)s.",
                        user=absence.user_id.name,
                        project=absence.project_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(absence.state != "requested" for absence in self):
            raise UserError(self.env._("An absence that was decided stays on record."))

    @api.model
    def _away(self, project):
        """{user: reason} of who is out of `project` at this moment."""
        absences = self.sudo().search(
            [
                ("project_id", "=", project.id),
                ("state", "=", "approved"),
                ("date_from", "<=", fields.Datetime.now()),
            ]
        )
        return {absence.user_id: absence.reason_id for absence in absences}

    # === Steps ===

    def _step(self, state, **vals):
        self._write_through({"state": state} | vals)
        for project in self.project_id:
            project._notify_desk()

    def _check_decides(self):
        """A supervisor decides, and only a manager on his own absence."""
        self._check_role("supervisor")
        if self.env.user in self.user_id and not self.env.user._has_office_role(
            "manager"
        ):
            raise AccessError(
                self.env._("Your own absence is for another supervisor to decide.")
            )

    def action_approve(self):
        """Approve: from the time of leaving the rings pass the rep."""
        self._check_decides()
        self._check_state("requested")
        self._step("approved", approver_id=self.env.uid)

    def action_refuse(self):
        """Refuse: the rep stays and keeps his place."""
        self._check_decides()
        self._check_state("requested")
        self._step("refused", approver_id=self.env.uid)

    def action_back(self):
        """The rep is back: he says so himself, or the desk does (as the record rule
        of what may be written says)."""
        self._check_state("approved")
        self._step("back", date_back=fields.Datetime.now())
