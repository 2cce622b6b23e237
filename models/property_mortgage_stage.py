from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyMortgageStage(models.Model):
    """A step of a loan on its way through the bank, and the days it may take (F4)."""

    _name = "property.mortgage.stage"
    _description = "Stage of a Loan"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    fold = fields.Boolean("Folded on the Board")
    days = fields.Integer("Days Allowed", default=7, required=True)
    needs_documents = fields.Boolean(
        "Papers Complete", help="A case leaves this stage only with all its papers."
    )
    is_final = fields.Boolean(
        "Loan Paid Out", help="Reached by the money; there is one such stage, the last."
    )

    _days_not_negative = models.Constraint(
        "CHECK(days >= 0)", "The days allowed cannot be negative."
    )
    _one_final = models.UniqueIndex(
        "(is_final) WHERE is_final AND active", "Only one stage can be the last."
    )

    @api.constrains("is_final", "sequence", "active")
    def _check_final_is_last(self):
        if not self._all()[-1:].is_final:
            raise ValidationError(
                self.env._("The last stage must be the one that pays the loan out.")
            )

    @api.model
    def _all(self):
        return self.search([("active", "=", True)])

    def _following(self):
        """The stages after this one, in their order."""
        self.ensure_one()
        place = (self.sequence, self.id)
        return self._all().filtered(lambda stage: (stage.sequence, stage.id) > place)
