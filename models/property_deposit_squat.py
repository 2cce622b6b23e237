from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyDeposit(models.Model):
    """Nobody keeps a unit off sale by one slip after the other (E1): slips of one unit
    and rep that came to nothing close it to him for the policy's hours."""

    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    cooldown_until = fields.Datetime(
        "Closed to the Rep Until", compute="_compute_cooldown_until"
    )

    _attempts_idx = models.Index(
        "(unit_id, slip_user_id, end_date) WHERE end_date IS NOT NULL"
    )

    @api.depends("unit_id", "lead_id", "state")
    def _compute_cooldown_until(self):
        for deposit in self:
            draft = deposit.state == "draft" and deposit.unit_id
            deposit.cooldown_until = draft and deposit._cooldown()[0]

    def _cooldown(self):
        """:return: until when the unit is closed to the client's rep, False when it is
        not; and how many of his slips on it came to nothing"""
        rep = self.sudo().lead_id.user_id
        policy = self.project_id.policy()
        if not rep or not policy.squat_attempts:
            return False, 0
        now = fields.Datetime.now()
        lifted = (
            self.env["property.deposit.log"]
            .sudo()
            .search(
                [
                    ("kind", "=", "lifted"),
                    ("unit_id", "=", self.unit_id.id),
                    ("rep_id", "=", rep.id),
                ],
                limit=1,
            )
        )
        since = now - timedelta(days=policy.squat_days)
        ended = self.sudo().search(
            [
                ("unit_id", "=", self.unit_id.id),
                ("slip_user_id", "=", rep.id),
                ("end_date", ">", max(since, lifted.date or since)),
                ("state", "in", ("lapsed", "cancelled")),
                ("confirm_date", "=", False),
            ],
            order="end_date DESC",
        )
        if len(ended) < policy.squat_attempts:
            return False, len(ended)
        until = ended[0].end_date + timedelta(hours=policy.squat_cooldown_hours)
        return until > now and until, len(ended)

    def _check_cooldown(self):
        until, attempts = self._cooldown()
        if until:
            project = self.project_id
            raise UserError(
                self.env._(
                    "%(count)s slips of %(rep)s on %(unit)s came to nothing within "
                    "%(days)s days: it is closed to him until %(time)s. Take another "
                    "unit, or a supervisor lifts it with a reason.",
                    count=attempts,
                    rep=self.sudo().lead_id.user_id.name,
                    unit=self.unit_id.name,
                    days=project.policy().squat_days,
                    time=project.local_time(until).strftime("%Y-%m-%d %H:%M"),
                )
            )

    def action_lift_cooldown(self, reason):
        """A supervisor opens the unit to the rep again; attempts count anew (E1)."""
        self._check_role("supervisor")
        self._check_state("draft")
        for deposit in self:
            if not deposit.cooldown_until:
                raise UserError(
                    self.env._("%s is not closed to the rep.", deposit.unit_id.name)
                )
            deposit._log_step("lifted", reason)
        self.invalidate_recordset(["cooldown_until"])
        return True
