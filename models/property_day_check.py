from odoo import fields, models
from odoo.exceptions import UserError

OFFICE_ROLES = ("rep", "clerk", "control", "manager")


class PropertyDayCheck(models.Model):
    """One item of a day's opening check: in order or not, says who, when (B13)."""

    _name = "property.day.check"
    _description = "Opening Check"
    _inherit = ["property.door.mixin"]
    _order = "day_id, sequence, id"
    _rec_name = "item_id"
    _door_fields = ("is_done", "user_id", "date")
    _frozen_fields = {"day_id": (), "item_id": (), "note": ("open",)}

    day_id = fields.Many2one(
        "property.day", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="day_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    state = fields.Selection(related="day_id.state")
    item_id = fields.Many2one(
        "property.day.check.item", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="item_id.sequence", store=True)
    is_done = fields.Boolean("In Order")
    user_id = fields.Many2one("res.users", "Checked By")
    date = fields.Datetime("Checked On")
    note = fields.Char(help="What is missing, and what is done about it")

    _item_uniq = models.UniqueIndex(
        "(day_id, item_id)", "This item is on the day's list already."
    )

    def action_toggle(self):
        """Say that the items are in order, or no longer.

        :raise UserError: once the manager has signed, or the day is closed
        """
        self._check_role(*OFFICE_ROLES)
        self._check_state("open")
        if signed := self.day_id.filtered("manager_id")[:1]:
            raise UserError(
                self.env._(
                    "%s has signed the opening check: it stays as it is.",
                    signed.manager_id.name,
                )
            )
        now = fields.Datetime.now()
        for is_done, checks in self.sudo().grouped("is_done").items():
            checks._write_through(
                {
                    "is_done": not is_done,
                    "user_id": not is_done and self.env.uid,
                    "date": not is_done and now,
                }
            )
