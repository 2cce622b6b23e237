from odoo import fields, models


class PropertyProject(models.Model):
    """What the reception desk of a project reads out and puts up (B12)."""

    _inherit = "property.project"  # pylint: disable=consider-merging-classes-inherited

    opening_hours = fields.Char(default="09:00–18:00")
    call_greeting = fields.Char(
        "Greeting on the Phone",
        default=lambda self: self.env._("Hello, this is the sales office."),
    )
    call_closing = fields.Char(
        "Closing Words on the Phone",
        default=lambda self: self.env._(
            "Thank you for calling. We look forward to your visit."
        ),
    )
