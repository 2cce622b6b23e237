from odoo import fields, models


class PropertyMailing(models.Model):
    """Who receives which form of a project, after the day's closing (G21)."""

    _name = "property.mailing"
    _description = "Form Mailing"
    _order = "project_id, hour, id"

    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    form = fields.Selection(
        lambda self: self.env["property.form"].selection(), required=True
    )
    hour = fields.Float(
        "Closing Hour",
        default=18.5,
        required=True,
        help="Hour of the day in the project's time zone.",
    )
    user_ids = fields.Many2many("res.users", string="Receivers", required=True)
    sender_id = fields.Many2one(
        "res.users",
        "Compiled As",
        required=True,
        default=lambda self: self.env.user,
        help="The form shows what this user may see.",
    )
    active = fields.Boolean(default=True)
    last_day = fields.Date("Last Sent For", readonly=True, copy=False)

    _hour_of_day = models.Constraint(
        "CHECK(hour >= 0 AND hour < 24)", "The hour lies between 0 and 24."
    )
