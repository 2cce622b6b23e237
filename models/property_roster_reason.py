from odoo import fields, models

EFFECTS = [
    ("keep", "Keeps the Turn"),
    ("make_up", "Makes the Turn Up"),
    ("lose", "Loses the Turn"),
]


class PropertyRosterReason(models.Model):
    """Why a rep is passed, and what becomes of his turn in either ring (B2, B3, H5).

    - Keeps the Turn: he is the next one again as soon as somebody else has received.
    - Makes the Turn Up (补接): an extra turn directly after his next ordinary one.
    - Loses the Turn: it is gone.
    """

    _name = "property.roster.reason"
    _description = "Reason to Be Passed"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    effect_call = fields.Selection(
        EFFECTS,
        "In the Ring of Calls",
        required=True,
        default="lose",
        help="The rules say: who is not at the desk is skipped, with no make-up.",
    )
    effect_visit = fields.Selection(
        EFFECTS, "In the Ring of Visits", required=True, default="lose"
    )

    _name_uniq = models.UniqueIndex("(name)", "This reason is on the list already.")

    def _effect(self, ring):
        """What becomes of the turn of who is passed for this reason in `ring`."""
        return self[f"effect_{ring}"]
