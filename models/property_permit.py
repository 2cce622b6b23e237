from odoo import api, fields, models


class PropertyPermit(models.Model):
    """Presale permit (A2): without a valid one a unit is not sold."""

    _name = "property.permit"
    _description = "Presale Permit"
    _order = "issue_date DESC, number"
    _rec_name = "number"

    number = fields.Char("Permit No.", required=True)
    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    issue_date = fields.Date(required=True)
    date_end = fields.Date("Valid Until", help="Empty: without an end.")
    building_ids = fields.One2many("property.building", "permit_id")
    document = fields.Binary("Scanned Copy", attachment=True)
    document_name = fields.Char(export_string_translation=False)

    _number_uniq = models.UniqueIndex(
        "(project_id, number)", "This permit is on file already."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= issue_date)",
        "A permit cannot end before it was issued.",
    )

    @api.private
    def is_valid_on(self, day):
        """Whether the permit covers sales on `day`; an empty recordset does not."""
        return bool(self) and (
            self.issue_date <= day and (not self.date_end or day <= self.date_end)
        )
