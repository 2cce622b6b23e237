from odoo import api, models


class TierDefinition(models.Model):
    """The approval levels of the office, as data (E4, K1)."""

    _inherit = "tier.definition"

    @api.model
    def _get_tier_validation_model_names(self):
        mixin = self.env.registry["property.approval.mixin"]
        return super()._get_tier_validation_model_names() + [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]
