from odoo import api, models


class PropertyForm(models.AbstractModel):
    _name = "property.form"
    _description = "Form"

    @api.model
    def selection(self):
        return []
