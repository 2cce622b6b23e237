from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Of money that another document moves: approved with it.
APPROVED = {"kind", "nature", "amount", "deposit_id", "contract_id", "earnest_id"}
ORDERS = {"change_id", "area_settlement_id"}


class PropertyReceipt(models.Model):
    """Money that a change (E6, E7) or an area settlement (D7) moves: paid out as it was
    approved there, or given up by finance or the manager, who say why."""

    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    change_id = fields.Many2one(
        "property.change",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The exchange or cancellation that moved this money.",
    )
    area_settlement_id = fields.Many2one(
        "property.area.settlement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The settlement that returns this money.",
    )

    def _approved_in(self):
        """The document that has approved this money; empty where nobody had to."""
        self.ensure_one()
        return self.change_id or self.area_settlement_id

    def _approved(self):
        return self.filtered(lambda receipt: receipt._approved_in())

    @api.model_create_multi
    def create(self, vals_list):
        for name in ORDERS:
            if not self.env.su and any(vals.get(name) for vals in vals_list):
                raise UserError(self._door_message(name))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (approved := self._approved()):
            for name in APPROVED & vals.keys():
                approved._check_frozen(name, vals[name], ())
        return super().write(vals)

    def _open_states(self, name):
        """Which document moved it is said by that document."""
        return () if name in ORDERS else super()._open_states(name)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if self._approved():
            raise UserError(
                self.env._("What an approved document pays back is not deleted.")
            )

    @api.constrains("nature", "change_id")
    def _check_compensation(self):
        """The office owes it by a cancellation, approved as one with its fault (E7)."""
        if self.filtered(
            lambda one: one.nature == "compensation" and not one.change_id
        ):
            raise ValidationError(
                self.env._(
                    "Compensation is paid for a sale that is cancelled by the "
                    "seller's fault: record that cancellation; once approved and "
                    "executed it drafts the refund."
                )
            )

    def action_cancel(self, reason=None):
        """What was approved is given up by finance or manager, who say why; its
        document shows it, and the manager is told."""
        approved = self._approved().filtered(lambda one: one.state == "draft")
        if approved and not self.env.su:
            may = self.env.user._has_office_role("finance", "manager")
            if not may or not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "This refund belongs to %s: finance pays it out as it was "
                        "approved. Only finance or the manager may cancel it, and "
                        "gives a reason; the manager is told.",
                        approved[:1].sudo()._approved_in().display_name,
                    )
                )
        result = super().action_cancel(reason)
        for receipt in approved.sudo():
            receipt._approved_in()._report(
                lambda env, receipt=receipt: receipt.with_env(env)._cancelled_news(
                    reason
                )
            )
        return result

    def _cancelled_news(self, reason):
        natures = dict(self._fields["nature"]._description_selection(self.env))
        return self.env._(
            "A refund was cancelled and is not paid out: %(nature)s, %(amount).2f. "
            "%(reason)s",
            nature=natures[self.nature],
            amount=self.amount,
            reason=reason or "",
        )


class PropertyReceiptOrderMixin(models.AbstractModel):
    """A document that pays money back."""

    _name = "property.receipt.order.mixin"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Pays money back as it was approved"

    def _report(self, news):
        """On the document, for all who read it; the manager gets it as a thing to do.

        :param news: gives the words in the language of an environment
        """
        manager = self.project_id.manager_id
        self.message_post(body=news(self.env))
        if manager and manager != self.env.user:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                self.project_id.local_day(),
                summary=news(self.with_context(lang=manager.lang).env),
                user_id=manager.id,
            )
