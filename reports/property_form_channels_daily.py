from odoo import models

from .property_block_channels import CHANNEL_GROUPINGS, CHANNEL_METRICS


class PropertyFormChannelsDaily(models.AbstractModel):
    """G4 销售日动态表: where the day's calls and visits came from, and at what cost."""

    _name = "property.form.channels_daily"
    _inherit = ["property.form", "property.block.channels"]
    _description = "Daily Calls and Visits"

    _code = "G4"
    _roles = ("clerk", "supervisor", "manager", "hq")

    def _sections(self, scope):
        periods = self._channel_periods(scope)
        scope = self._read(scope, periods, *CHANNEL_GROUPINGS, metrics=CHANNEL_METRICS)
        return self._channel_sections(scope)
