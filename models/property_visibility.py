from odoo import api, models


class PropertyVisibilityMixin(models.AbstractModel):
    """Rows that decide what someone sees: Odoo caches record rules by user.

    The cache is cleared after the change, which may itself evaluate rules.
    """

    _name = "property.visibility.mixin"
    _description = "Rows that decide who sees what"

    _visibility_fields = ()  # empty: every field

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        fields = self._visibility_fields
        if not fields or not vals.keys().isdisjoint(fields):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
