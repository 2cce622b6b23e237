import base64
from io import BytesIO

import qrcode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac
from odoo.tools.image import image_data_uri


class PropertyDeposit(models.Model):
    """What proves a printed slip (E1)."""

    _inherit = "property.deposit"

    check_code = fields.Char(compute="_compute_check_code")

    @api.depends("name", "unit_id", "price")
    def _compute_check_code(self):
        """Six signs that only this database can make of these figures (E1)."""
        env = self.env(su=True)
        for deposit in self:
            facts = (deposit.name, deposit.unit_id.id, f"{deposit.price:.2f}")
            code = hmac(env, "property-slip", facts)
            deposit.check_code = deposit.name and code[:6].upper()

    def _qr_code(self):
        """The slip's number and check code as an image address, for print (E1).

        :raise UserError: for a draft, which is no slip yet
        """
        if not self.name:
            raise UserError(self.env._("A slip is printed once it has been opened."))
        image = BytesIO()
        qrcode.make(f"{self.name} {self.check_code}", border=1).save(image, "PNG")
        return image_data_uri(base64.b64encode(image.getvalue()))
