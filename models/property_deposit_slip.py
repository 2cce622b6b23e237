from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import float_compare

from .property_door import take_turn


class PropertyDeposit(models.Model):
    """The slip 房位确认: how it opens, how many there are, its extension (E1)."""

    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    slip_user_id = fields.Many2one(
        "res.users",
        "Slip Opened For",
        readonly=True,
        copy=False,
        help="The client's salesperson on that day; nobody where it is an exchange.",
    )
    extension_count = fields.Integer("Extensions", readonly=True, copy=False)
    log_ids = fields.One2many("property.deposit.log", "deposit_id", "Slip Log")

    _running_idx = models.Index("(slip_user_id) WHERE state = 'slip'")

    def action_open_slip(self):
        """Open the slip: freeze the price and lock the unit for the policy's time (E1).

        :raise RedirectWarning: when the unit is taken, blocked or without permit: who
            has it until when, and the nearest equal units (A2, E2)
        :raise UserError: when the price is above the filed or below the floor price
            (A7), the client or his rep has too many slips, or the unit is closed to
            the rep after too many slips that came to nothing
        """
        self._check_role("control")
        for deposit in self:
            deposit._check_cooldown()
            hours = deposit.project_id.policy().slip_hours
            deposit._open_slip(
                slip_user_id=deposit.lead_id.sudo().user_id.id,
                slip_expires=fields.Datetime.add(fields.Datetime.now(), hours=hours),
            )
            deposit._check_slip_limits()
        return True

    def _open_for_exchange(self, change):
        """Open the slip of an exchange: it counts for no limit of client or rep, and
        ends with the change, not by a time of its own (E6).

        :param change: the `property.change` that locks the unit
        """
        change.ensure_one()
        for deposit in self:
            deposit._open_slip()

    def _open_slip(self, **vals):
        self.ensure_one()
        self._check_state("draft")
        self._check_price()
        try:
            self.unit_id.sudo()._move("slip", origin=self, deposit_id=self.id)
        except UserError as refusal:
            raise self._offer_others(refusal) from refusal
        self.discount_id.sudo()._use()
        # The client may be another's: control reads the file, its owner writes it.
        partner = self.partner_id or self.lead_id.sudo()._get_client_partner()
        self._write_through(
            {
                "name": self._next_number("property.deposit"),
                "state": "slip",
                "date": fields.Datetime.now(),
                "partner_id": partner.id,
                **vals,
            }
        )

    def _offer_others(self, refusal):
        """The refusal with the nearest equal units, and one click to take one (E2)."""
        units = self.unit_id.sudo()._nearest_equal()
        if not units:
            return refusal
        return RedirectWarning(
            self.env._(
                "%(refusal)s\n\nNearest equal units still free: %(units)s.",
                refusal=refusal,
                units=", ".join(units.mapped("name")),
            ),
            self.env.ref("crm_property_sales.property_deposit_other_action").id,
            self.env._("Take Another Unit"),
            {"default_deposit_id": self.id},
        )

    def _check_price(self):
        unit = self.unit_id.sudo()
        precision = {"precision_rounding": self.currency_id.rounding}
        if float_compare(self.price, 0, **precision) <= 0:
            raise UserError(
                self.env._("%s has no price: control enters one first.", unit.name)
            )
        if not unit.filed_price:
            raise UserError(
                self.env._(
                    "%s has no filed price: it may not be sold before its price is "
                    "on record.",
                    unit.name,
                )
            )
        if float_compare(self.price, unit.filed_price, **precision) > 0:
            raise UserError(
                self.env._(
                    "The price of %(unit)s may not exceed the filed %(price).2f.",
                    unit=unit.name,
                    price=unit.filed_price,
                )
            )
        if self.discount_id:
            self.discount_id.sudo()._check_covers(self)
        elif float_compare(self.price, unit.floor_price, **precision) < 0:
            raise UserError(
                self.env._(
                    "The price of %s is below the floor: it needs an approved special "
                    "discount.",
                    unit.name,
                )
            )

    # === How many ===

    def _check_slip_limits(self):
        """:raise UserError: when the client or his rep has more slips than the policy
        allows; the rows are taken in turn, so that two slips of one moment count each
        other"""
        policy = self.project_id.policy()
        if limit := policy.slips_per_client:
            lead = self.lead_id.sudo()
            take_turn(lead)
            if self._count_running("lead_id", lead) > limit:
                raise UserError(
                    self.env._(
                        "The client has %s slips already, as many as one may have: one "
                        "of them is paid or withdrawn first.",
                        limit,
                    )
                )
        if (limit := policy.slips_per_rep) and self.slip_user_id:
            rep = self.slip_user_id.sudo()
            take_turn(rep)
            if self._count_running("slip_user_id", rep) > limit:
                raise UserError(
                    self.env._(
                        "%(rep)s has %(limit)s slips already, as many as one may have: "
                        "one of them is paid or withdrawn first.",
                        rep=rep.name,
                        limit=limit,
                    )
                )

    def _count_running(self, name, record):
        """The slips of the project that run, of the client or the rep."""
        return self.sudo().search_count(
            [
                (name, "=", record.id),
                ("project_id", "=", self.project_id.id),
                ("state", "=", "slip"),
                ("slip_expires", "!=", False),
            ]
        )

    # === How long ===

    def _until_words(self):
        """', until …' for who wants the unit; empty where no time is set"""
        if self.state != "slip" or not self.slip_expires:
            return ""
        until = self.project_id.local_time(self.slip_expires)
        return self.env._(", until %s", until.strftime("%Y-%m-%d %H:%M"))

    def _check_running(self):
        """:raise UserError: when the slip's time is over, written down or not"""
        now = fields.Datetime.now()
        for deposit in self.filtered("slip_expires"):
            if deposit.slip_expires <= now:
                raise UserError(
                    self.env._(
                        "The time of %(slip)s was over at %(time)s: open a new slip if "
                        "the unit is still free.",
                        slip=deposit.display_name,
                        time=deposit.project_id.local_time(
                            deposit.slip_expires
                        ).strftime("%Y-%m-%d %H:%M"),
                    )
                )

    def action_extend(self, hours, reason):
        """Let the slips run longer; the policy says who may, how often, how long (E1).

        :param hours: how much longer
        :param reason: goes to the log
        """
        for deposit in self:
            policy = deposit.project_id.policy()
            deposit._check_role(policy.extension_role)
            deposit._check_state("slip")
            deposit._check_running()
            deposit._check_extension(policy, hours)
            until = fields.Datetime.add(deposit.slip_expires, hours=hours)
            deposit.sudo()._write_through(
                {
                    "slip_expires": until,
                    "extension_count": deposit.extension_count + 1,
                }
            )
            deposit._log_step("extended", reason, until=until)
        return True

    def _check_extension(self, policy, hours):
        if not self.slip_expires:
            raise UserError(self.env._("The slip of an exchange ends with it."))
        if self.extension_count >= policy.extensions_max:
            raise UserError(
                self.env._(
                    "%(slip)s was extended %(count)s times already; the policy allows "
                    "no more.",
                    slip=self.display_name,
                    count=self.extension_count,
                )
            )
        if not 0 < hours <= policy.extension_hours:
            raise UserError(
                self.env._(
                    "A slip is extended by %g hours at most.", policy.extension_hours
                )
            )

    def _log_step(self, kind, reason, **vals):
        """:raise UserError: without a reason"""
        if not (reason or "").strip():
            raise UserError(self.env._("Enter the reason."))
        self.env["property.deposit.log"].sudo().create(
            [
                {
                    "deposit_id": deposit.id,
                    "unit_id": deposit.unit_id.id,
                    "project_id": deposit.project_id.id,
                    "rep_id": deposit.slip_user_id.id
                    or deposit.sudo().lead_id.user_id.id,
                    "kind": kind,
                    "reason": reason,
                    **vals,
                }
                for deposit in self
            ]
        )
