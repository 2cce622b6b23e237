from odoo import fields, models
from odoo.exceptions import UserError

from ..models.property_interaction import IDENTITY_WAYS


class PropertyIdentity(models.TransientModel):
    """How the client's identity was verified (B11)."""

    _name = "property.identity"
    _description = "Identity Verification"

    lead_id = fields.Many2one("crm.lead", "Client", required=True, readonly=True)
    way = fields.Selection(IDENTITY_WAYS, required=True, default="id_shown")
    agreement = fields.Binary(
        "Signed Agreement", help="Of the appointment to view, scanned or photographed."
    )
    agreement_name = fields.Char()

    def action_verify(self):
        """:raise UserError: when an appointment has no signed agreement"""
        self.ensure_one()
        self.lead_id._verify_identity(self.way)
        if self.way != "appointment":
            return
        if not self.agreement:
            raise UserError(self.env._("Attach the agreement that the client signed."))
        self.env["ir.attachment"].create(
            {
                "name": self.agreement_name or self.env._("Signed Agreement"),
                "datas": self.agreement,
                "res_model": "crm.lead",
                "res_id": self.lead_id.id,
            }
        )
