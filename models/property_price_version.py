from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.service import model as service
from odoo.tools import float_round

from .property_door import lock_rows

SHOWN = 10


class PropertyPriceVersion(models.Model):
    """A new price list: made by rule or from Excel, approved, then executed (A7)."""

    _name = "property.price.version"
    _description = "Price Version"
    _inherit = ["property.approval.mixin", "mail.thread"]
    _order = "create_date DESC, id DESC"
    _approval_roles = ("control",)
    _door_fields = ("state", "refusal_reason", "executed_date", "executed_user_id")
    _frozen_fields = dict.fromkeys(
        (
            "project_id",
            "name",
            "note",
            "execute_at",
            "building_ids",
            "unit_type_ids",
            "rounding",
            "floor_percent",
        ),
        ("draft",),
    )

    name = fields.Char(required=True, help="Opening, second release, autumn…")
    project_id = fields.Many2one(
        "property.project",
        required=True,
        index=True,
        default=lambda self: self.env["property.project"]._only(),
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    note = fields.Text("Why")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("executed", "Executed"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    execute_at = fields.Datetime(
        "Planned For",
        copy=False,
        tracking=True,
        help="From this moment on the new prices hold, once they are approved. Empty: "
        "they are executed by hand.",
    )
    executed_date = fields.Datetime("Executed On", readonly=True, copy=False)
    executed_user_id = fields.Many2one(
        "res.users", "Executed By", readonly=True, copy=False
    )

    # By rule
    building_ids = fields.Many2many(
        "property.building",
        domain="[('project_id', '=', project_id)]",
        help="Empty: all of the project.",
    )
    unit_type_ids = fields.Many2many(
        "property.unit.type",
        domain="[('project_id', '=', project_id)]",
        help="Empty: all of the project.",
    )
    rule_ids = fields.One2many("property.price.rule", "version_id", copy=True)
    rounding = fields.Float(
        "Round to (yuan)",
        default=1.0,
        required=True,
        digits=(16, 2),
        help="Of the whole price: 1, 100, 1,000.",
    )
    floor_percent = fields.Float(
        "Floor Price (% of list)",
        digits=(5, 2),
        help="0: the floor prices stay as they are.",
    )

    # What it comes to
    line_ids = fields.One2many("property.price.line", "version_id")
    unit_count = fields.Integer(
        "Units to Change", compute="_compute_totals", store=True
    )
    kept_count = fields.Integer(
        "Keep Their Price", compute="_compute_totals", store=True
    )
    raised_count = fields.Integer("Raised", compute="_compute_totals", store=True)
    lowered_count = fields.Integer("Lowered", compute="_compute_totals", store=True)
    old_total = fields.Monetary("Sum Now", compute="_compute_totals", store=True)
    new_total = fields.Monetary("Sum to Be", compute="_compute_totals", store=True)
    difference = fields.Monetary(compute="_compute_totals", store=True)
    change_percent = fields.Float(
        "Average Change (%)",
        compute="_compute_totals",
        store=True,
        digits=(8, 2),
        aggregator="avg",
        help="Of the sum of the units that had a price.",
    )
    floor_change_percent = fields.Float(
        "Floor Prices (%)",
        compute="_compute_totals",
        store=True,
        digits=(8, 2),
        aggregator="avg",
        help="Average change of the floor prices, of the units that had one.",
    )
    old_sqm = fields.Monetary("Average per ㎡ Now", compute="_compute_averages")
    new_sqm = fields.Monetary("Average per ㎡ to Be", compute="_compute_averages")

    _due_idx = models.Index("(execute_at) WHERE state = 'approved'")
    _numbers_sound = models.Constraint(
        "CHECK(rounding > 0 AND floor_percent >= 0 AND floor_percent <= 100)",
        "Prices are rounded to a positive amount; a floor price is 0 to 100 % of the "
        "list price.",
    )

    @api.depends(
        *("line_ids.list_price", "line_ids.old_list_price"),
        *("line_ids.floor_price", "line_ids.old_floor_price", "line_ids.state"),
    )
    def _compute_totals(self):
        for version in self:
            lines = version.line_ids.filtered(lambda line: line.state != "skipped")
            known = lines.filtered("old_list_price")
            old = sum(lines.mapped("old_list_price"))
            new = sum(lines.mapped("list_price"))
            version.unit_count = len(lines)
            version.kept_count = len(version.line_ids) - len(lines)
            version.raised_count = len(lines.filtered(lambda one: one.difference > 0))
            version.lowered_count = len(lines.filtered(lambda one: one.difference < 0))
            version.old_total, version.new_total = old, new
            version.difference = new - old
            version.change_percent = (
                old and 100 * (sum(known.mapped("list_price")) - old) / old
            )
            floors = lines.filtered("old_floor_price")
            floor = sum(floors.mapped("old_floor_price"))
            new_floor = sum(one.floor_price or one.old_floor_price for one in floors)
            version.floor_change_percent = floor and 100 * (new_floor - floor) / floor

    @api.depends("old_total", "new_total", "line_ids.area_gross", "line_ids.state")
    def _compute_averages(self):
        for version in self:
            lines = version.line_ids.filtered(lambda line: line.state != "skipped")
            area = sum(lines.mapped("area_gross"))
            version.old_sqm = area and version.old_total / area
            version.new_sqm = area and version.new_total / area

    @api.constrains("project_id")
    def _check_project(self):
        self.line_ids._check_project()
        self.rule_ids._check_project()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(version.state != "draft" for version in self):
            raise UserError(
                self.env._(
                    "A price version that was decided is cancelled, not deleted."
                )
            )

    # === Draft ===

    def _scope(self):
        """The units a version by rule may concern, reserved ones too."""
        self.ensure_one()
        domain = [("project_id", "=", self.project_id.id)]
        if self.building_ids:
            domain.append(("building_id", "in", self.building_ids.ids))
        if self.unit_type_ids:
            domain.append(("unit_type_id", "in", self.unit_type_ids.ids))
        return self.env["property.unit"].search(domain)

    def action_apply_rules(self):
        """Make the lines anew by the rules: the preview, nothing is changed by it."""
        self._check_role("control")
        self._check_draft()
        for version in self:
            if not version.rule_ids:
                raise UserError(self.env._("Add at least one rule first."))
            prices = {}
            rules = version.rule_ids.sorted()
            for unit in version._scope():
                per_sqm = rules._price_sqm(unit)
                if per_sqm is not None and unit.area_gross:
                    prices[unit] = version._rule_prices(per_sqm * unit.area_gross)
            version._fill(prices)
        return True

    def _rule_prices(self, price):
        price = float_round(price, precision_rounding=self.rounding)
        floor = price * self.floor_percent / 100
        return {
            "list_price": max(price, 0),
            "floor_price": max(float_round(floor, precision_rounding=1.0), 0),
        }

    def _fill(self, prices):
        """Replace the lines.

        :param prices: {unit: values of `PRICES`}; one that is left out stays
        """
        self.ensure_one()
        if not prices:
            raise UserError(self.env._("No unit gets another price by this."))
        self.line_ids.unlink()
        self.line_ids = [
            Command.create({"unit_id": unit.id, **values})
            for unit, values in prices.items()
        ]

    def action_load(self):
        """The dialog that reads the new prices from Excel."""
        self.ensure_one()
        self._check_role("control")
        self._check_draft()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_unit_import_action"
        )
        return action | {
            "name": self.env._("Load Prices"),
            "context": {
                "default_version_id": self.id,
                "default_project_id": self.project_id.id,
                "dialog_size": "extra-large",
            },
        }

    # === Approval ===

    def _check_request(self):
        for version in self:
            version.line_ids._look_at_units()
            lines = version.line_ids.filtered(lambda line: line.state == "planned")
            if not lines:
                raise UserError(
                    self.env._(
                        "%s changes no price: load a price list or apply rules first.",
                        version.display_name,
                    )
                )
            unsound = lines.filtered("problem")
            if unsound:
                raise UserError(
                    self.env._(
                        "%(count)s prices cannot stand:\n%(units)s",
                        count=len(unsound),
                        units="\n".join(
                            f"{line.unit_id.name}: {line.problem}"
                            for line in unsound[:SHOWN]
                        ),
                    )
                )

    # === Execution ===

    def action_execute(self):
        """Put the approved prices into force now."""
        self._check_role("control")
        for version in self:
            version._execute()
        return True

    def action_cancel(self):
        """Give up a version that was not executed."""
        self._check_role("control")
        self._check_state("draft", "approved")
        lock_rows(self)
        self._check_state("draft", "approved")
        self._write_through({"state": "cancelled"})
        return True

    def _execute(self):
        """One transaction: the version and its units are locked, whoever reserves one
        of them meanwhile waits and is replayed, or is there first and keeps his price.
        """
        self.ensure_one()
        lock_rows(self)
        self._check_state("approved")
        lines = self.sudo().line_ids
        lock_rows(lines.unit_id)
        lines._execute()
        self._write_through(
            {
                "state": "executed",
                "executed_date": fields.Datetime.now(),
                "executed_user_id": self.env.uid,
            }
        )
        self.sudo().message_post(
            body=self.env._(
                "Executed: %(changed)s units have their new price, %(kept)s keep "
                "theirs.",
                changed=self.unit_count,
                kept=self.kept_count,
            )
        )

    @api.model
    def _cron_execute(self):
        """Execute the approved versions whose moment has come, in its order.

        Each in a transaction of its own, replayed when it met a slip being opened.
        """
        due = self.search(
            [
                ("state", "=", "approved"),
                ("execute_at", "<=", fields.Datetime.now()),
            ],
            order="execute_at, id",
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for version in due:
            service.retrying(version._execute_due, self.env)
            if not progress(1):
                break

    def _execute_due(self):
        if self.exists().state == "approved":
            self._execute()
