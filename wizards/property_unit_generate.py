import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.property_unit import place_key

LOWEST_FLOOR, HIGHEST_FLOOR = -9, 200
SHOWN_UNITS = 10
SEPARATOR = re.compile(r"[\s,，、;；]+")


class PropertyUnitGenerate(models.TransientModel):
    """Make the units of a building: floors × rooms, with gaps (A1)."""

    _name = "property.unit.generate"
    _description = "Generation of Units"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env["property.project"]._only(),
    )
    currency_id = fields.Many2one(related="project_id.currency_id")
    building_id = fields.Many2one(
        "property.building",
        compute="_compute_building_id",
        store=True,
        readonly=False,
        domain="[('project_id', '=', project_id)]",
    )
    building_name = fields.Char("New Building", help="29幢")
    entrances = fields.Char(help="1, 2: empty where the building has only one.")
    floor_from = fields.Integer("From Floor", default=1, required=True)
    floor_to = fields.Integer("To Floor", default=1, required=True)
    skipped_floors = fields.Char(help="4, 13, 14: no unit is made on these.")
    line_ids = fields.One2many("property.unit.generate.line", "generate_id", "Rooms")

    unit_count = fields.Integer("Units to Make", compute="_compute_preview")
    amount_total = fields.Monetary("Sum of Prices", compute="_compute_preview")
    problem = fields.Char(compute="_compute_preview")

    @api.depends("project_id")
    def _compute_building_id(self):
        for wizard in self:
            if wizard.building_id.project_id != wizard.project_id:
                wizard.building_id = False

    @api.depends(
        "building_id",
        "building_name",
        "entrances",
        "floor_from",
        "floor_to",
        "skipped_floors",
        "line_ids.suffix",
        "line_ids.entrance",
        "line_ids.floor_from",
        "line_ids.floor_to",
        "line_ids.area_gross",
        "line_ids.price_sqm",
    )
    def _compute_preview(self):
        for wizard in self:
            problem, plan = "", []
            try:
                plan = wizard._prepare_units()
            except UserError as error:
                problem = str(error)
            wizard.problem = problem
            wizard.unit_count = len(plan)
            wizard.amount_total = sum(vals["list_price"] for vals in plan)

    def _prepare_units(self):
        """:return: values of the units, but for their building

        :raise UserError: when a number cannot be read or a unit exists already
        """
        skipped = set(self._numbers(self.skipped_floors))
        entrances = self._words(self.entrances) or [""]
        plan = []
        for line in self.line_ids.filtered("suffix"):
            first = line.floor_from or self.floor_from
            last = line.floor_to or self.floor_to
            if not LOWEST_FLOOR <= first <= last <= HIGHEST_FLOOR:
                raise UserError(
                    self.env._(
                        "Room %(room)s: there are no floors from %(first)s to "
                        "%(last)s.",
                        room=line.suffix,
                        first=first,
                        last=last,
                    )
                )
            floors = [
                floor for floor in range(first, last + 1) if floor not in {0, *skipped}
            ]
            plan += line._prepare_units(floors, entrances)
        self._check_unique(plan)
        return plan

    @api.model
    def _words(self, text):
        return [word for word in SEPARATOR.split(text or "") if word]

    def _numbers(self, text):
        words = self._words(text)
        if wrong := [word for word in words if not re.fullmatch(r"-?\d+", word)]:
            raise UserError(
                self.env._("%s is not a floor: write 4, 13, 14.", ", ".join(wrong))
            )
        return map(int, words)

    def _check_unique(self, plan):
        units = self._building().with_context(active_test=False).unit_ids
        taken = {place_key(unit.entrance, unit.room) for unit in units}
        repeated = []
        for vals in plan:
            key = place_key(vals["entrance"], vals["room"])
            if key in taken:
                repeated.append(
                    "-".join(filter(None, (vals["entrance"], vals["room"])))
                )
            taken.add(key)
        if repeated:
            raise UserError(
                self.env._(
                    "%(count)s of these units exist already or are named twice: "
                    "%(units)s",
                    count=len(repeated),
                    units=", ".join(repeated[:SHOWN_UNITS]),
                )
            )

    def _building(self):
        """The building chosen, or the one that has the new name already."""
        if self.building_id or not self.building_name:
            return self.building_id
        key = place_key(self.building_name)
        buildings = self.project_id.building_ids
        return buildings.filtered(lambda b: place_key(b.name) == key)[:1]

    def action_generate(self):
        """Make all the units, or none when one of them cannot be."""
        self.ensure_one()
        self.project_id.check_access("read")
        plan = self._prepare_units()
        if not plan:
            raise UserError(self.env._("Add at least one room with its floors."))
        building = self._building()
        if not building and not self.building_name:
            raise UserError(self.env._("Choose a building or name a new one."))
        if not building:
            building = building.create(
                {"project_id": self.project_id.id, "name": self.building_name}
            )
        self.env["property.unit"].create(
            [{"building_id": building.id, **vals} for vals in plan]
        )
        return self.project_id.action_open_units()
