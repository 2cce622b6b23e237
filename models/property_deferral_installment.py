from odoo import fields, models


class PropertyInstallment(models.Model):
    _inherit = "property.installment"

    deferral_ids = fields.One2many("property.deferral", "installment_id", "Deferrals")
    deferral_count = fields.Integer(compute="_compute_deferral_count")

    def _compute_deferral_count(self):
        counts = dict(
            self.env["property.deferral"]._read_group(
                [
                    ("installment_id", "in", self.ids),
                    ("state", "in", ("approved", "kept", "broken")),
                ],
                ["installment_id"],
                ["__count"],
            )
        )
        for installment in self:
            installment.deferral_count = counts.get(installment._origin, 0)

    def action_defer(self):
        """The form of a new deferral of this payment (F5)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.deferral",
            "view_mode": "form",
            "context": {"default_installment_id": self.id},
        }


class PropertyReceipt(models.Model):
    """Money that is counted may keep a promise (F5)."""

    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    def _allocate(self):
        result = super()._allocate()
        self.sudo().line_ids.installment_id.deferral_ids._judge()
        return result


class PropertyContract(models.Model):
    """Promises end with what was promised: a plan made anew, a contract cancelled."""

    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    def _before_regenerate(self):
        result = super()._before_regenerate()
        self.sudo().installment_ids.deferral_ids._end()
        return result

    def _cancel(self, change):
        result = super()._cancel(change)
        self.sudo().installment_ids.deferral_ids._end()
        return result
