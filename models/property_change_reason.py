from odoo import fields, models

CHANGE_KINDS = [
    ("exchange", "Exchange"),
    ("cancel", "Cancellation"),
    ("rename", "Rename"),
]
FAULTS = [
    ("none", "Nobody"),
    ("buyer", "The Buyer"),
    ("seller", "The Seller"),
]


class PropertyChangeReason(models.Model):
    """Why units are exchanged, sales cancelled, buyers renamed: the office's list."""

    _name = "property.change.reason"
    _description = "Reason of a Change"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(CHANGE_KINDS, required=True)
    fault = fields.Selection(FAULTS, "Usually at Fault", required=True, default="none")
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex(
        "(kind, name)", "This reason is on the list already."
    )
