from odoo import api, models
from odoo.exceptions import AccessError

from ..models.property_collision_case import NUMBERS


class PropertyCollision(models.Model):
    """The printed ruling 客户归属判定书: it names the client: judges print it (C6)."""

    _name = "property.collision"
    _inherit = ["property.collision", "property.proof.mixin"]
    _proof_scope = "property-ruling"

    @api.depends("state", "verdict")
    def _compute_check_code(self):
        return super()._compute_check_code()

    def _proof_facts(self):
        return self.name, self.state, self.verdict, self.lead_id.id

    def _proof_lines(self):
        return [
            ("state", self._proof_label("state")),
            (
                "decided_date",
                self.decided_date and self.project_id.local_time(self.decided_date),
            ),
        ]

    def _for_print(self):
        """The ruling with all that is printed of it.

        :raise AccessError: for who is no judge of it
        """
        self.ensure_one()
        self.check_access("read")
        if not self.is_judge:
            raise AccessError(
                self.env._("A ruling is printed by who judges: ask your supervisor.")
            )
        return self.sudo()

    def _printed_numbers(self):
        """[(label, value)] of the policy in force, as it was then (K1)"""
        policy = self.env["property.policy"]._fields
        return [
            (policy[name]._description_string(self.env), self.facts["numbers"][name])
            for name in NUMBERS
        ]
