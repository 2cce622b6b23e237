from odoo import api, fields, models


class PropertyApprovalRefusal(models.TransientModel):
    """Why a request is refused."""

    _name = "property.approval.refusal"
    _description = "Refusal of a Request"

    model = fields.Selection(
        lambda self: self._selection_model(), required=True, readonly=False
    )
    res_id = fields.Many2oneReference("Document", model_field="model", required=True)
    reason = fields.Char(required=True)

    @api.model
    def _selection_model(self):
        names = self.env["tier.definition"]._get_tier_validation_model_names()
        mixin = self.env.registry["property.approval.mixin"]
        return [
            (name, self.env[name]._description)
            for name in names
            if isinstance(self.env[name], mixin)
        ]

    def action_refuse(self):
        """Refuse the document; who may is decided there."""
        self.ensure_one()
        self.env[self.model].browse(self.res_id).action_refuse_request(self.reason)
        return {"type": "ir.actions.act_window_close"}
