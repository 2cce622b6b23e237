from odoo import api, models
from odoo.exceptions import UserError

from .property_door import lock_rows

PRICES = ("list_price", "filed_price", "floor_price")


class PropertyUnit(models.Model):
    """The prices of a unit: entered freely until it is on sale, then changed by
    approved versions only; every change is kept (A7)."""

    _inherit = "property.unit"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        units = super().create(vals_list)
        priced = units.sudo().filtered(lambda unit: any(unit[p] for p in PRICES))
        priced._append_prices(dict.fromkeys(priced.ids, 0))
        return units

    def write(self, vals):
        if vals.keys().isdisjoint(PRICES):
            return super().write(vals)
        if not self.env.su:
            self._check_price_open(vals)
        units = self.sudo()
        before = [tuple(unit[p] for p in PRICES) for unit in units]
        result = super().write(vals)
        changed = units.browse(
            unit.id
            for unit, old in zip(units, before, strict=True)
            if tuple(unit[p] for p in PRICES) != old
        )
        list_prices = {unit.id: old[0] for unit, old in zip(units, before, strict=True)}
        changed._append_prices(list_prices)
        return result

    def _check_price_open(self, vals):
        """:raise UserError: when `vals` change a price of a unit that is on sale; what
        has no price yet may be given one"""
        on_sale = self.sudo().filtered(
            lambda unit: (
                unit.state != "unreleased"
                and any(
                    unit[name] and unit.currency_id.compare_amounts(unit[name], value)
                    for name, value in vals.items()
                    if name in PRICES
                )
            )
        )
        # A reserved unit is refused by the unit itself, in its own words.
        on_sale = on_sale.filtered(lambda unit: unit.state in ("held", "available"))
        if on_sale:
            raise UserError(
                self.env._(
                    "%s is on sale: its price changes by an approved price version "
                    "only (Units, Price Versions).",
                    ", ".join(on_sale[:10].mapped("name")),
                )
            )

    def _new_prices(self, given):
        """The prices of `given` (a mapping); one that is empty stays as it is."""
        return {name: given[name] or self[name] for name in PRICES}

    def _price_problem(self, given):
        """Why the prices of `given` cannot stand on this unit, False when they can."""
        prices = self._new_prices(given)
        compare = self.currency_id.compare_amounts
        if compare(prices["list_price"], 0) <= 0:
            return self.env._("No list price.")
        if prices["filed_price"] and (
            compare(prices["list_price"], prices["filed_price"]) > 0
        ):
            return self.env._("The list price is above the filed price.")
        if compare(prices["floor_price"], prices["list_price"]) > 0:
            return self.env._("The floor price is above the list price.")
        return False

    def _append_prices(self, old_list_prices, version=None):
        self.env["property.price.history"].sudo().create(
            [
                {
                    "unit_id": unit.id,
                    "project_id": unit.project_id.id,
                    "user_id": self.env.uid,
                    "version_id": version and version.id,
                    "list_change": unit.list_price - old_list_prices[unit.id],
                    **{name: unit[name] for name in PRICES},
                }
                for unit in self
            ]
        )

    def _set_prices(self, prices, version):
        """Give the units their new prices: what an approved version executes.

        The rows must be locked. Slips that are being drafted at the old list price
        follow the new one; opened ones keep theirs.

        :param prices: {unit id: values of `PRICES`}
        """
        units = self.sudo()
        old = {unit.id: unit.list_price for unit in units}
        for unit in units:
            unit._write_through(prices[unit.id])
        units._append_prices(old, version)
        drafts = self.env["property.deposit"].sudo()
        drafts = drafts.search(
            [("unit_id", "in", units.ids), ("state", "=", "draft")], order="id"
        )
        drafts = drafts.filtered(
            lambda draft: (
                not draft.currency_id.compare_amounts(
                    draft.price, old[draft.unit_id.id]
                )
            )
        )
        lock_rows(drafts)
        for draft in drafts:
            draft.price = draft.unit_id.list_price

    def action_open_price_history(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_price_history_action"
        )
        return action | {"domain": [("unit_id", "in", self.ids)]}
