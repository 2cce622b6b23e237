import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..wizards.price_list import PriceListError, read_price_list
from .property_door import lock_rows
from .property_unit import FREE_STATES, place_key

SHOWN = 10
# A list has areas of before beside the measured ones: these are not read.
EARLIER = ("预测", "预售", "暂测", "合同", "原")


class PropertyAreaSurvey(models.Model):
    """实测: the measured areas of a building, as the surveyor's list has them (D7)."""

    _name = "property.area.survey"
    _description = "Area Survey"
    _inherit = ["property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = ("state",)
    _frozen_fields = dict.fromkeys(
        ("building_id", "name", "date", "surveyor", "data"), ("draft",)
    )

    name = fields.Char("Report No.", required=True)
    surveyor = fields.Char(help="Who measured: the survey office.")
    date = fields.Date("Measured On", required=True, default=fields.Date.context_today)
    building_id = fields.Many2one(
        "property.building", required=True, index=True, ondelete="restrict"
    )
    project_id = fields.Many2one(
        related="building_id.project_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "Applied")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    data = fields.Binary("Measured Areas (Excel)", attachment=True, copy=False)
    filename = fields.Char()
    line_ids = fields.One2many("property.area.survey.line", "survey_id", "Units")
    settlement_ids = fields.One2many("property.area.settlement", "survey_id")
    unit_count = fields.Integer("Units Measured", compute="_compute_counts")
    beyond_count = fields.Integer("Beyond 3 %", compute="_compute_counts")
    settlement_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.ratio", "settlement_ids")
    def _compute_counts(self):
        for survey in self:
            survey.unit_count = len(survey.line_ids)
            survey.beyond_count = len(
                survey.line_ids.filtered(lambda line: abs(line.ratio) > 3)
            )
            survey.settlement_count = len(survey.settlement_ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(survey.state != "draft" for survey in self):
            raise UserError(self.env._("A survey that was applied stays on record."))

    # === Reading ===

    def action_read(self):
        """Read the file and show each unit's areas beside those it was sold by.

        :raise UserError: naming every row that is wrong; nothing is taken then
        """
        self._check_role("control")
        self._check_state("draft")
        for survey in self:
            survey.line_ids.unlink()
            survey.line_ids = [Command.create(vals) for vals in survey._read()]
        return True

    def _read(self):
        units = {
            place_key(unit.entrance, unit.room): unit
            for unit in self.building_id.unit_ids
        }
        problems, values, seen = [], [], set()
        for row in self._rows():
            key = place_key(row.entrance, row.room)
            unit = units.get(key)
            problem = self._row_problem(row, unit, unit in seen)
            if problem:
                problems.append(
                    self.env._(
                        "Sheet %(sheet)s, row %(row)s: %(reason)s",
                        sheet=row.sheet,
                        row=row.number,
                        reason=problem,
                    )
                )
                continue
            seen.add(unit)
            values.append(
                {
                    "unit_id": unit.id,
                    "area_gross": float(row.area_gross),
                    "area_net": float(row.area_net or 0),
                }
            )
        if problems:
            raise UserError(
                self.env._(
                    "%(count)s rows cannot be taken, so nothing was read:\n%(rows)s",
                    count=len(problems),
                    rows="\n".join(problems[:SHOWN]),
                )
            )
        return values

    def _rows(self):
        data = base64.b64decode(self.with_context(bin_size=False).data or b"")
        name = self.filename or ""
        try:
            labels = read_price_list(data, name).mapping
            earlier = {
                label: "" for label in labels if any(word in label for word in EARLIER)
            }
            return read_price_list(data, name, earlier).rows
        except PriceListError as error:
            raise UserError(self.env._(error.message, **error.kwargs)) from error

    def _row_problem(self, row, unit, again):
        """Why a row cannot be taken; what it says of prices is nobody's concern."""
        if row.building and place_key(row.building) != place_key(self.building_id.name):
            return self.env._("It is of building %s.", row.building)
        if not unit:
            return self.env._("No such unit is on file: %s.", row.room or "—")
        if again:
            return self.env._("Unit %s is in the file twice.", unit.name)
        if not row.area_gross or row.area_gross <= 0:
            return self.env._("The measured gross area is missing.")
        if row.area_net and row.area_net > row.area_gross:
            return self.env._("The net area is larger than the gross area.")
        return False

    # === Applying ===

    def action_apply(self):
        """Put the measured areas on file and settle every contract they concern.

        Units that are still free are sold by them from now on.
        """
        self._check_role("control")
        lock_rows(self)
        self._check_state("draft")
        for survey in self:
            if not survey.line_ids:
                raise UserError(self.env._("Read the list of measured areas first."))
            lines = survey.sudo().line_ids
            lock_rows(lines.unit_id)
            for line in lines:
                line._apply()
            contracts = lines.unit_id.contract_id.filtered(
                lambda contract: contract.state in ("signed", "filed", "delivered")
            )
            contracts._settle_area(survey)
        self._write_through({"state": "applied"})
        return True

    def action_open_settlements(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_area_settlement_action"
        )
        return action | {"domain": [("survey_id", "in", self.ids)]}


class PropertyAreaSurveyLine(models.Model):
    _name = "property.area.survey.line"
    _description = "Measured Unit"
    _inherit = ["property.door.mixin"]
    _door_fields = ("old_gross", "old_net")
    _order = "survey_id, unit_id, id"
    _rec_name = "unit_id"

    survey_id = fields.Many2one(
        "property.area.survey", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="survey_id.project_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(related="unit_id.state")
    old_gross = fields.Float("Gross So Far (㎡)", digits=(12, 2), readonly=True)
    old_net = fields.Float("Net So Far (㎡)", digits=(12, 2), readonly=True)
    area_gross = fields.Float("Measured Gross (㎡)", digits=(12, 2), required=True)
    area_net = fields.Float("Measured Net (㎡)", digits=(12, 2))
    difference = fields.Float(
        "Difference (㎡)", digits=(12, 2), compute="_compute_difference", store=True
    )
    ratio = fields.Float(
        "Difference (%)",
        digits=(8, 2),
        compute="_compute_difference",
        store=True,
        aggregator="avg",
    )

    _unit_uniq = models.UniqueIndex(
        "(survey_id, unit_id)", "A unit is in a survey once."
    )
    _areas_positive = models.Constraint(
        "CHECK(area_gross > 0 AND area_net >= 0 AND area_net <= area_gross)",
        "Measured areas are positive, the net one within the gross one.",
    )

    @api.depends("old_gross", "area_gross")
    def _compute_difference(self):
        for line in self:
            line.difference = line.area_gross - line.old_gross
            line.ratio = line.old_gross and 100 * line.difference / line.old_gross

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        for line in lines.sudo():
            unit = line.unit_id
            line._write_through(
                {"old_gross": unit.area_gross, "old_net": unit.area_net}
            )
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()  # of the survey they were moved to
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_draft()

    def _check_draft(self):
        self.survey_id._check_state("draft")
        for line in self:
            if line.unit_id.building_id != line.survey_id.building_id:
                raise UserError(
                    self.env._("%s is in another building.", line.unit_id.name)
                )

    def _apply(self):
        unit = self.unit_id
        unit._write_through(
            {"area_measured": self.area_gross, "area_net_measured": self.area_net}
        )
        if unit.state in FREE_STATES:
            areas = {"area_gross": self.area_gross, "area_net": self.area_net}
            unit.write({name: area for name, area in areas.items() if area})


class PropertyUnit(models.Model):
    _inherit = "property.unit"

    area_net_measured = fields.Float(
        "Measured Net Area (㎡)", digits=(12, 2), readonly=True, copy=False
    )
