from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_door import lock_rows, take_turn


class PropertyDiscount(models.Model):
    """Approved against a budget, used by one slip, lapsing by itself (E4)."""

    _inherit = "property.discount"  # pylint: disable=consider-merging-classes-inherited

    # === Approval ===

    def _check_request(self):
        """It is asked for on today's list price, of a unit still to be had."""
        unit = self.unit_id.sudo()
        if unit.state not in ("available", "held"):
            raise UserError(
                self.env._("%s is not for sale: choose another unit.", unit.name)
            )
        if self.list_price != unit.list_price:
            raise UserError(
                self.env._(
                    "The list price of %(unit)s is %(price).2f now: enter the discount "
                    "anew.",
                    unit=unit.name,
                    price=unit.list_price,
                )
            )
        levels = self.sudo()._levels()
        if levels and not self._within_budget(levels[-1]):
            raise UserError(
                self.env._(
                    "The discount budgets of this period are used up at every level: "
                    "head office raises one first."
                )
            )

    def _on_requested(self):
        for discount in self:
            if not discount.name:
                discount._write_through(
                    {"name": discount._next_number("property.discount")}
                )

    def _on_approved(self):
        """The last level pays for it from its budget; two at one moment do not
        overdraw it.

        :raise UserError: when the budget was used up since the request
        """
        for discount in self:
            level = discount.review_ids.sorted("sequence")[-1:].definition_id
            budget = discount._budget(level)
            if budget:
                take_turn(budget)
                budget.invalidate_recordset()
            if not discount._within_budget(level):
                raise UserError(
                    self.env._(
                        "%(left).2f are left of the budget of level '%(level)s', "
                        "%(amount).2f are needed. Take the request back and make it "
                        "again: the next level will be asked too.",
                        left=budget.left,
                        level=level.name,
                        amount=discount.extra_amount,
                    )
                )
            project = discount.project_id
            days = project.policy().discount_days
            discount._write_through(
                {
                    "approved_date": fields.Datetime.now(),
                    "valid_until": project.local_day() + timedelta(days),
                    "level_id": level.id,
                    "budget_id": budget.id,
                }
            )
            discount._tell(discount.user_id | discount.review_ids.requested_by)

    def _on_refused(self):
        for discount in self:
            discount._tell(discount.user_id | discount.review_ids.requested_by)

    def action_cancel(self):
        """Withdraw a discount that no slip uses."""
        self._check_role("rep")
        self._check_state("draft", "approved")
        lock_rows(self)
        for discount in self:
            if discount.state == "draft":
                discount._check_draft()
        self.sudo()._write_through({"state": "cancelled"})
        return True

    def _news(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Special discount %(number)s on %(unit)s: %(state)s. %(reason)s",
            number=self.name,
            unit=self.unit_id.name,
            state=labels[self.state],
            reason=self.refusal_reason or "",
        )

    # === Use ===

    def _check_covers(self, deposit):
        """:raise UserError: when the discount does not cover the price of `deposit`"""
        self.ensure_one()
        lock_rows(self)
        self._check_state("approved")
        today = self.project_id.local_day()
        if self.unit_id != deposit.unit_id or self.lead_id != deposit.lead_id.sudo():
            raise UserError(
                self.env._(
                    "%s is for another client or unit: a discount is not handed on.",
                    self.display_name,
                )
            )
        if self.valid_until < today:
            raise UserError(
                self.env._(
                    "%(discount)s was valid until %(day)s: request it anew.",
                    discount=self.display_name,
                    day=self.valid_until,
                )
            )
        if self.currency_id.compare_amounts(deposit.price, self.price) < 0:
            raise UserError(
                self.env._(
                    "%(discount)s covers a price of %(price).2f, no less.",
                    discount=self.display_name,
                    price=self.price,
                )
            )

    def _use(self):
        """A slip takes the price of the discount."""
        self._write_through({"state": "used"})

    def _give_back(self, is_valid=True):
        """The slip came to nothing: its client may use the discount again in time.

        :param is_valid: False where the deposit had been confirmed
        """
        for discount in self:
            today = discount.project_id.local_day()
            is_open = is_valid and discount.valid_until >= today
            discount._write_through({"state": "approved" if is_open else "lapsed"})

    @api.model
    def _cron_lapse(self):
        """Lapse what was approved and not used in time."""
        for project in self.env["property.project"].search([("active", "=", True)]):
            late = self._lapse_of(project)
            self.env["ir.cron"]._commit_progress(len(late))

    def _lapse_of(self, project):
        late = self.search(
            [
                ("project_id", "=", project.id),
                ("state", "=", "approved"),
                ("valid_until", "<", project.local_day()),
            ]
        ).try_lock_for_update()
        late._write_through({"state": "lapsed"})
        for discount in late:
            discount._tell(discount.user_id)
        return late
