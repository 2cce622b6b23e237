from odoo import Command, api, fields, models


class PropertyContract(models.Model):
    """The area clause of a contract and what its settlement does to the money (D7)."""

    _inherit = "property.contract"

    area_clause_id = fields.Many2one(
        "property.area.clause",
        default=lambda self: self.env["property.area.clause"].search([], limit=1),
        ondelete="restrict",
        help="How a difference of the measured area is settled.",
    )
    area_settlement_ids = fields.One2many("property.area.settlement", "contract_id")
    area_amount = fields.Monetary(
        "Area Difference",
        compute="_compute_area_amount",
        store=True,
        help="Confirmed: on top of the price, or off it.",
    )

    def _open_states(self, name):
        return ("draft",) if name == "area_clause_id" else super()._open_states(name)

    @api.depends("area_settlement_ids.state", "area_settlement_ids.amount")
    def _compute_area_amount(self):
        for contract in self:
            confirmed = contract.area_settlement_ids.filtered(
                lambda one: one.state == "confirmed"
            )
            contract.area_amount = sum(confirmed.mapped("amount"))

    @api.depends("area_amount")
    def _compute_paid_amount(self):
        result = super()._compute_paid_amount()
        for contract in self:
            contract.residual += contract.area_amount
        return result

    def action_sign(self):
        """A unit that was measured before it is signed for is settled at once."""
        result = super().action_sign()
        for contract in self:
            survey = self.env["property.area.survey"].sudo()
            survey = survey.search(
                [
                    ("state", "=", "applied"),
                    ("line_ids.unit_id", "=", contract.unit_id.id),
                ],
                limit=1,
            )
            if survey:
                contract._settle_area(survey)
        return result

    def _settle_area(self, survey):
        """Make the settlements of what `survey` measured; a draft is made anew, one
        that was confirmed stands.

        :return: the new settlements
        """
        settlements = self.env["property.area.settlement"].sudo()
        made = settlements.browse()
        for contract in self.sudo():
            live = contract.area_settlement_ids.filtered(
                lambda one: one.state != "cancelled"
            )
            if live.filtered(lambda one: one.state == "confirmed"):
                continue
            clause = contract.area_clause_id
            unit = contract.unit_id
            sold, measured = (
                (unit.area_net, unit.area_net_measured)
                if clause.basis == "net"
                else (unit.area_gross, unit.area_measured)
            )
            live._write_through({"state": "cancelled"})
            live.flush_recordset()  # before the next one meets the unique index
            if not clause or not sold or not measured or sold == measured:
                continue
            made |= contract._make_area_settlement(survey, sold, measured)
        return made

    def _make_area_settlement(self, survey, sold, measured):
        settlement = self.env["property.area.settlement"].sudo()
        values = {
            "contract_id": self.id,
            "survey_id": survey.id,
            "clause_id": self.area_clause_id.id,
            "contract_area": sold,
            "measured_area": measured,
            "price": self.price,
        }
        settlement = settlement.create(values)
        number = settlement._next_number("property.area.settlement")
        settlement._write_through({"name": number})
        settlement.line_ids = [
            Command.create(line) for line in settlement._prepare_lines()
        ]
        return settlement

    def _regenerate_installments(self, plan=None, price=None, date=None):
        result = super()._regenerate_installments(plan, price, date)
        self._apply_area_settlement()
        return result

    def _apply_area_settlement(self):
        """Put what is confirmed on the instalments, which are those of the price: one
        more, or the last due ones lowered; what is paid is laid on them anew."""
        installments = self.env["property.installment"].sudo()
        for contract in self.sudo().filtered("area_amount"):
            settlement = contract.area_settlement_ids.filtered(
                lambda one: one.state == "confirmed"
            )
            if contract.area_amount > 0:
                installments.create(
                    {
                        "contract_id": contract.id,
                        "sequence": 900,
                        "name": self.env._("Area Difference"),
                        "due_date": settlement[:1].due_date,
                        "amount": contract.area_amount,
                    }
                )
            else:
                contract._lower_installments(-contract.area_amount)
            contract._lay_receipts()

    def _lower_installments(self, amount):
        for installment in self.installment_ids.filtered(
            lambda one: one.kind != "fee"
        ).sorted(lambda one: (one.sequence, one.id), reverse=True):
            part = min(amount, installment.amount)
            if self.currency_id.compare_amounts(part, 0) <= 0:
                break
            installment.line_ids.sudo().unlink()
            if self.currency_id.compare_amounts(part, installment.amount) == 0:
                installment.unlink()
            else:
                installment.amount -= part
            amount = self.currency_id.round(amount - part)
