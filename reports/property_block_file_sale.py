from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from .property_block_file import Line


class PropertyBlockFile(models.AbstractModel):
    """A sold client's file (G17): what he bought, for how much, what became of it."""

    _inherit = "property.block.file"  # pylint: disable=consider-merging-classes-inherited

    # === Unit and price ===

    def _prices(self, files):
        """From the list price of the day of the slip to the deal price."""
        lists = self._list_prices(files.deposits)
        for deposit in files.deposits:
            lead, unit, day = deposit.lead_id, deposit.unit_id, files.day(deposit.date)
            content = self.env._(
                "%(type)s, gross %(gross).2f ㎡, net %(net).2f ㎡",
                type=unit.unit_type_id.name,
                gross=unit.area_gross,
                net=unit.area_net,
            )
            yield Line(lead, unit, None, unit.name, content)
            discount, list_price = deposit.sudo().discount_id, lists[deposit]
            standard = discount.list_price - discount.standard_price
            special = discount.extra_amount
            rest = list_price - standard - special - deposit.price
            for matter, amount in (
                (self.env._("List Price"), list_price),
                (self.env._("Standard Discount"), -standard),
                (self.env._("Special Discount"), -special),
                (self.env._("Given on the Spot"), -rest),
            ):
                if round(amount, 2):
                    amount = round(amount, 2)
                    yield Line(lead, deposit, day, matter, None, None, amount, True)
            yield Line(
                lead,
                deposit,
                day,
                self.env._("Deal Price"),
                self.env._("%.2f per ㎡", deposit.price_sqm),
                deposit.user_id,
                deposit.price,
            )

    def _list_prices(self, deposits):
        """{deposit: the list price when its slip opened}"""
        history = self.env["property.price.history"].sudo()
        prices = defaultdict(list)
        for row in history.search(
            [("unit_id", "in", deposits.unit_id.ids)], order="id"
        ):
            prices[row.unit_id].append((row.date, row.list_price))

        def on_list(deposit):
            unit = deposit.unit_id
            known = [price for day, price in prices[unit] if day <= deposit.date]
            return known[-1] if known else unit.list_price

        return {
            one: one.sudo().discount_id.list_price or on_list(one) for one in deposits
        }

    def _deposits(self, files):
        for deposit in files.deposits:
            yield Line(
                deposit.lead_id,
                deposit,
                files.day(deposit.date),
                self.env._("Slip"),
                deposit.name,
                deposit.slip_user_id,
            )
            yield Line(
                deposit.lead_id,
                deposit,
                files.day(deposit.confirm_date),
                self.env._("Deposit Confirmed"),
                deposit.partner_id.name,
                deposit.confirm_user_id,
                deposit.amount,
                adds=True,
            )

    def _discounts(self, files):
        domain = [("approved_date", "<", files.end)]
        for one in self._of(files, "property.discount", domain, "approved_date, id"):
            last = one.sudo().review_ids.sorted("sequence")[-1:]
            yield Line(
                one.lead_id,
                one,
                files.day(one.approved_date),
                one.name,
                self._words(
                    one.unit_id.name,
                    self._text(one, "kind"),
                    one.reason,
                    self.env._("valid until %s", one.valid_until),
                ),
                last.done_by,
                one.discount_amount,
            )

    # === Contract ===

    def _signed(self, files):
        """The contracts that stood at the close of the day."""
        day = files.scope.date_to
        went_on = Domain("cancel_date", "=", False) | Domain("cancel_date", ">", day)
        return self.env["property.contract"].search(
            Domain("deposit_id", "in", files.deposits.ids)
            & Domain("state", "!=", "draft")
            & Domain("sign_date", "<=", day)
            & went_on,
            order="sign_date, id",
        )

    def _contracts(self, files):
        for contract in self._signed(files):
            lead = contract.lead_id
            yield Line(
                lead,
                contract,
                contract.sign_date,
                self.env._("Signed"),
                self._words(contract.name, self._text(contract, "payment_method")),
                contract.user_id,
                contract.price,
                adds=True,
            )
            for buyer in contract.buyer_ids:
                partner = buyer.partner_id
                share = f"{buyer.share:g} %"
                content = self._words(
                    partner.name, share, partner.id_number, partner.phone
                )
                yield Line(lead, buyer, None, self.env._("Purchaser"), content)
            for day, matter, content in (
                (contract.filing_date, self.env._("Online Filing"), "filing_number"),
                (contract.record_date, self.env._("On Record"), "record_number"),
                (
                    contract.sign_date,
                    self.env._("Special Clauses"),
                    "special_clauses",
                ),
            ):
                if day and day <= files.scope.date_to and contract[content]:
                    yield Line(lead, contract, day, matter, contract[content])

    # === What became of the sale ===

    def _changes(self, files):
        domain = [("done_date", "<", files.end), ("state", "=", "done")]
        for change in self._of(files, "property.change", domain, "done_date, id"):
            before, after = change.unit_id.name, change.new_unit_id.name
            if change.kind == "rename":
                buyers = change.sudo().buyer_ids.partner_id
                before, after = change.old_buyers, "、".join(buyers.mapped("name"))
            yield Line(
                change.lead_id,
                change,
                files.day(change.done_date),
                self._text(change, "kind"),
                self._words(
                    " → ".join(filter(None, (before, after))),
                    change.reason_id.name,
                    self._text(change, "fault"),
                ),
                change.done_user_id,
                change.price_difference or None,
            )

    def _areas(self, files):
        domain = [("confirm_date", "<", files.end), ("state", "=", "confirmed")]
        for one in self._of(files, "property.area.settlement", domain, "id"):
            yield Line(
                one.lead_id,
                one,
                files.day(one.confirm_date),
                one.name,
                self.env._(
                    "measured %(measured).2f ㎡, contract %(contract).2f ㎡",
                    measured=one.measured_area,
                    contract=one.contract_area,
                ),
                one.confirm_user_id,
                one.amount,
            )
