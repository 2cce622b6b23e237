from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

RELEASABLE = ("unreleased", "held")


class PropertyReleasePlan(models.Model):
    """Which units come on sale on which day (A4): approved, then done by the days.

    Only what is still unreleased or held is released; every unit that comes on sale is
    announced like any other that does.
    """

    _name = "property.release.plan"
    _description = "Release Plan"
    _inherit = ["mail.thread", "property.approval.mixin"]
    _order = "id DESC"
    _approval_roles = ("control",)
    _frozen_fields = dict.fromkeys(("project_id", "name"), ("draft",))

    name = fields.Char(required=True)
    project_id = fields.Many2one(
        "property.project",
        required=True,
        index=True,
        default=lambda self: self.env["property.project"]._only(),
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    line_ids = fields.One2many("property.release.plan.line", "plan_id", copy=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approved", "Running"),
            ("done", "Done"),
            ("refused", "Refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    unit_count = fields.Integer(compute="_compute_counts")
    released_count = fields.Integer("On Sale So Far", compute="_compute_counts")
    next_date = fields.Date("Next Release", compute="_compute_counts")

    @api.depends("line_ids.unit_ids", "line_ids.released_count", "line_ids.done_date")
    def _compute_counts(self):
        for plan in self:
            lines = plan.line_ids
            waiting = lines.filtered(lambda line: not line.done_date)
            plan.unit_count = len(lines.unit_ids)
            plan.released_count = sum(lines.mapped("released_count"))
            plan.next_date = min(waiting.mapped("date"), default=False)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(plan.state in ("approved", "done") for plan in self):
            raise UserError(self.env._("A plan that was approved stays on record."))

    def _check_request(self):
        today = self.project_id.local_day()
        if not self.line_ids.unit_ids:
            raise UserError(self.env._("Add days and units to the plan first."))
        for line in self.line_ids:
            if line.date < today:
                raise UserError(
                    self.env._("%s is over: choose today or a later day.", line.date)
                )
        return super()._check_request()

    @api.model
    def _cron_release(self):
        """Release what is due, plan by plan, on the project's day."""
        plans = self.search([("state", "=", "approved")])
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(plans))
        for plan in plans:
            if plan := plan.try_lock_for_update():
                plan._release_due()
            if not progress(1):
                break

    def _release_due(self):
        self.ensure_one()
        today = self.project_id.local_day()
        self.line_ids.filtered(
            lambda line: not line.done_date and line.date <= today
        )._release()
        if all(line.done_date for line in self.line_ids):
            self._write_through({"state": "done"})


class PropertyReleasePlanLine(models.Model):
    _name = "property.release.plan.line"
    _description = "Units Released on One Day"
    _inherit = ["property.door.mixin"]
    _order = "date, id"
    _door_fields = ("done_date", "released_count")

    plan_id = fields.Many2one(
        "property.release.plan", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="plan_id.project_id", store=True, index=True)
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    date = fields.Date(required=True)
    unit_ids = fields.Many2many(
        "property.unit",
        domain="[('project_id', '=', project_id), "
        "('state', 'in', ('unreleased', 'held'))]",
    )
    done_date = fields.Datetime("Released", readonly=True, copy=False)
    released_count = fields.Integer("Units Released", readonly=True, copy=False)

    @api.constrains("unit_ids", "plan_id")
    def _check_units(self):
        for plan, lines in self.plan_id.line_ids.grouped("plan_id").items():
            units = lines.unit_ids
            if units.project_id - plan.project_id:
                raise ValidationError(
                    self.env._("A plan releases units of its own project only.")
                )
            for unit in units:
                if sum(unit in line.unit_ids for line in lines) > 1:
                    raise ValidationError(
                        self.env._("%s is in the plan twice.", unit.name)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.plan_id._check_draft()
        return lines

    def write(self, vals):
        self.plan_id._check_draft()
        result = super().write(vals)
        self.plan_id._check_draft()  # of the plan they were moved to
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self.plan_id._check_draft()

    def _release(self):
        """Put what is still off sale on sale, and note how many they were."""
        for line in self:
            units = line.unit_ids.filtered(lambda unit: unit.state in RELEASABLE)
            units._move("available", origin=line.plan_id, reason=line.plan_id.name)
            line._write_through(
                {"done_date": fields.Datetime.now(), "released_count": len(units)}
            )
