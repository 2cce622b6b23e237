from odoo import api, models
from odoo.tools import float_repr

from .chinese_amount import capital_amount


class PropertyChange(models.Model):
    """What the papers of a change show, and what proves them (E6–E8)."""

    _name = "property.change"
    _inherit = ["property.change", "property.proof.mixin"]
    _proof_scope = "property-change"

    @api.depends("kind", "unit_id", "refund_amount")
    def _compute_check_code(self):
        return super()._compute_check_code()

    def _proof_facts(self):
        return self.name, self.kind, self.unit_id.id, f"{self.refund_amount:.2f}"

    def _proof_is_valid(self):
        return self.state in ("draft", "approved", "done")

    def _printed_title(self):
        return {
            "exchange": self.env._("Application for an Exchange of Units"),
            "cancel": self.env._("Application to Cancel a Sale"),
            "rename": self.env._("Application for a Change of Name"),
        }[self.kind]

    def _printed_label(self, name):
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(self[name], "")

    def _printed_units(self):
        """[(label, present unit, new unit, difference)]"""
        old, new = self.unit_id, self.new_unit_id

        def figures(label, before, after):
            return label, *(f"{one:,.2f}" for one in (before, after, after - before))

        return [
            (self.env._("Unit No."), old.name, new.name, ""),
            (
                self.env._("Unit Type"),
                old.unit_type_id.name or "",
                new.unit_type_id.name or "",
                "",
            ),
            figures(self.env._("Gross Area (㎡)"), self.area_gross, self.new_area),
            figures(
                self.env._("Price per ㎡ (yuan)"),
                self.area_gross and self.price / self.area_gross,
                self.new_area and self.new_price / self.new_area,
            ),
            figures(self.env._("Price (yuan)"), self.price, self.new_price),
        ]

    def _printed_reviews(self):
        """[(level, who decided, when)], in the order in which they are asked"""
        return [
            (
                review.name,
                review.done_by.name or "",
                review.reviewed_date
                and self.project_id.local_time(review.reviewed_date).strftime(
                    "%Y-%m-%d %H:%M"
                ),
            )
            for review in self.sudo().review_ids.sorted("sequence")
        ]

    def _printed_words(self):
        return capital_amount(self.refund_amount)

    def _printed_totals(self):
        """What is paid, given back and kept in all, as printed"""
        lines = self.line_ids
        return {
            name: f"{float(float_repr(sum(lines.mapped(name)), 2)):,.2f}"
            for name in ("base", "amount", "kept")
        }
