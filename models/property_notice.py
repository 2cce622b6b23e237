from odoo import SUPERUSER_ID, models


class PropertyNoticeMixin(models.AbstractModel):
    """A document that tells people of itself without naming a client (J1)."""

    _name = "property.notice.mixin"
    _description = "Tells people of itself"

    def _news(self):
        """What there is to tell of the document now, in words."""
        raise NotImplementedError

    def _tell(self, users):
        """Each by a message that he alone reads; not who did it himself."""
        self.ensure_one()
        for user in users - self.env.user:
            text = self.sudo().with_context(lang=user.lang)._news()
            self.env["mail.thread"].with_user(SUPERUSER_ID).message_notify(
                partner_ids=user.sudo().partner_id.ids,
                subject=text,
                body=text,
                model=self._name,
                res_id=self.id,
            )
