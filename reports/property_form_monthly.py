from odoo import models

from .property_block_channels import CHANNEL_GROUPINGS
from .property_block_month import YEAR_METRICS


class PropertyFormMonthly(models.AbstractModel):
    """G6 销售月报: the month in the order of forms.md; its last section, the words of
    judgement and plan, is the filing's text."""

    _name = "property.form.monthly"
    _inherit = [
        "property.form",
        "property.block.month",
        "property.block.clients",
        "property.block.changes",
        "property.block.money",
        "property.block.deferrals",
    ]
    _description = "Monthly Report"

    _code = "G6"
    _period = "month"
    _adds_up = (
        "property.form.reps_daily",
        "property.form.reps_weekly",
        "property.form.channels_daily",
    )
    _layout = 2
    _roles = ("clerk", "supervisor", "manager", "hq")

    def _sections(self, scope):
        year = scope.since_year()
        scope = self._read(scope, [scope, year], (), metrics=YEAR_METRICS)
        scope = self._read(
            scope,
            [*self._weeks_of(scope), scope.previous()],
            ("user_id",),
            ("district",),
            *CHANNEL_GROUPINGS,
        )
        channels, claims = self._channel_sections(scope), self._claim_sums(scope)
        return [
            self._targets(scope),
            self._rep_section(self.env._("Month by Rep"), scope, "reps"),
            self._weeks(scope),
            channels[0],
            self._districts(scope),
            *channels[1:3],
            self._clients(scope),
            self._buyers(scope),
            self._stock_and_price(scope),
            self._cancellations(scope),
            self._collections(scope, claims),
            self._ageing(scope, claims),
            self._deferral_summary(scope),
            *channels[3:],
            self._ranking(scope),
        ]
