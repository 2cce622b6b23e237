from odoo import models


class PropertyFormRepsDaily(models.AbstractModel):
    """G2 销售日统计报表: the day by rep, compiled by the supervisor before closing."""

    _name = "property.form.reps_daily"
    _inherit = ["property.form", "property.block.reps"]
    _description = "Daily Statistics by Rep"

    _code = "G2"
    _layout = 2
    _roles = ("clerk", "supervisor", "manager", "hq")
    _filters = ("user",)

    def _sections(self, scope):
        periods = [period for _key, _heading, period in self._threes(scope)]
        scope = self._read(scope, periods, ("user_id",))
        return [
            self._rep_section(heading, period, "reps" if key == "period" else "")
            for key, heading, period in self._threes(scope)
        ]
