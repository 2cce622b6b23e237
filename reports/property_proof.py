import base64
from io import BytesIO

import qrcode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac
from odoo.tools.image import image_data_uri


class PropertyProofMixin(models.AbstractModel):
    """A numbered paper that proves itself: a code only this database can make (E1, C6).

    Who has the document on screen compares it with the one on paper.
    """

    _name = "property.proof.mixin"
    _description = "Paper with a check code"

    _proof_scope = None  # tells the codes of one kind of paper from another's

    check_code = fields.Char(compute="_compute_check_code")

    def _proof_facts(self):
        """What the code stands for: numbers and words, none of which may change."""
        raise NotImplementedError

    @api.depends("name")
    def _compute_check_code(self):
        env = self.env(su=True)
        for document in self:
            code = hmac(env, self._proof_scope, document.sudo()._proof_facts())
            document.check_code = document.name and code[:6].upper()

    def _qr_code(self):
        """Number and check code as an image address, for print.

        :raise UserError: for a draft, which proves nothing yet
        """
        if not self.name:
            raise UserError(self.env._("A slip is printed once it has been opened."))
        image = BytesIO()
        qrcode.make(f"{self.name} {self.check_code}", border=1).save(image, "PNG")
        return image_data_uri(base64.b64encode(image.getvalue()))
