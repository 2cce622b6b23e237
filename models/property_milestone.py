from odoo import api, fields, models

MILESTONE_STAGES = [
    ("foundation", "Foundation Finished"),
    ("ground", "Ground Level Reached"),
    ("topped", "Structure Topped Out"),
    ("facade", "Outer Walls Finished"),
    ("completed", "Completion Accepted"),
    ("handover", "Handed Over"),
]


class PropertyMilestone(models.Model):
    """工程节点: how far a building is; instalments fall due when it is reached (F1)."""

    _name = "property.milestone"
    _description = "Building Milestone"
    _order = "building_id, planned_date, id"
    _rec_name = "stage"

    building_id = fields.Many2one(
        "property.building", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="building_id.project_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    stage = fields.Selection(MILESTONE_STAGES, required=True)
    planned_date = fields.Date(
        required=True, help="For the forecast; nothing falls due by it."
    )
    reached_date = fields.Date(
        help="With it the instalments that wait for this milestone fall due."
    )
    note = fields.Char(help="The certificate that proves it.")
    installment_ids = fields.One2many("property.installment", "milestone_id")

    _stage_uniq = models.UniqueIndex(
        "(building_id, stage)", "The building has this milestone already."
    )

    @api.depends("building_id.name", "stage")
    def _compute_display_name(self):
        stages = dict(self._fields["stage"]._description_selection(self.env))
        for milestone in self:
            building = milestone.building_id.name or ""
            milestone.display_name = f"{building} {stages.get(milestone.stage, '')}"
