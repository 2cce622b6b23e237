import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .property_door import lock_rows

UNIT_STATES = [
    ("unreleased", "Unreleased"),
    ("held", "Held"),
    ("available", "Available"),
    ("slip", "Slip"),
    ("deposit", "Deposit Taken"),
    ("contracted", "Contracted"),
    ("delivered", "Delivered"),
]
# A unit in one of these belongs to a client; its price no longer moves (A7).
RESERVED_STATES = ("slip", "deposit", "contracted", "delivered")
SOLD_STATES = ("deposit", "contracted", "delivered")
FREE_STATES = ("unreleased", "held", "available")
# The steps of a sale: each asks for the permit and that nothing blocks the unit (A2).
SALE_STEPS = ("slip", "deposit", "contracted")
# Every move that exists; all others are refused, whoever asks.
UNIT_MOVES = {
    "unreleased": ("held", "available"),
    "held": ("available", "unreleased"),
    "available": ("held", "unreleased", "slip"),
    "slip": ("available", "held", "deposit"),
    "deposit": ("available", "held", "contracted"),
    "contracted": ("available", "held", "delivered"),
    "delivered": (),
}
# '29幢', '3号楼', '1单元': the part of a name that stands in a room number.
NAME_SUFFIX = re.compile(r"(单元|[幢栋座号楼梯#])+$")


def place_key(*names):
    """What makes a place the same place: 29, 29幢 and 29号楼 are one building, 1 and
    1单元 one entrance, 0201 and 201 one room.

    :return: tuple with a key for each of `names`
    """
    return tuple(_name_key("".join((name or "").upper().split())) for name in names)


def _name_key(name):
    return NAME_SUFFIX.sub("", name).lstrip("0") or name


class PropertyUnit(models.Model):
    _name = "property.unit"
    _description = "Unit"
    _inherit = ["property.door.mixin"]
    _order = "project_id, building_id, entrance, floor, room"
    _rec_names_search = ["name"]
    _door_fields = ("state", "deposit_id", "contract_id")
    _frozen_fields = dict.fromkeys(
        ("building_id", "entrance", "room", "area_gross"), FREE_STATES
    )

    name = fields.Char("Unit No.", compute="_compute_name", store=True, index="trigram")
    active = fields.Boolean(default=True)

    # Where
    building_id = fields.Many2one(
        "property.building", required=True, index=True, ondelete="restrict"
    )
    project_id = fields.Many2one(
        related="building_id.project_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    permit_id = fields.Many2one(related="building_id.permit_id")
    entrance = fields.Char(default="", help="单元, 梯; empty where there is only one.")
    floor = fields.Integer(aggregator=None)
    room = fields.Char(required=True)
    floor_count = fields.Integer(
        "Floors", default=1, aggregator=None, help="2 for a duplex, from its floor up."
    )

    # What
    unit_type_id = fields.Many2one(
        "property.unit.type",
        index=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    orientation = fields.Char()
    area_gross = fields.Float("Gross Area (㎡)", digits=(12, 2))
    area_net = fields.Float("Net Area (㎡)", digits=(12, 2))
    area_measured = fields.Float("Measured Area (㎡)", digits=(12, 2))
    note = fields.Char()

    # Price
    list_price = fields.Monetary(help="What the client is quoted, whole unit.")
    list_price_sqm = fields.Monetary(
        "List Price per ㎡",
        compute="_compute_list_price_sqm",
        store=True,
        aggregator="avg",
    )
    filed_price = fields.Monetary(
        help="On record with the authority; no deal may be above it."
    )
    floor_price = fields.Monetary(
        groups="crm_property_sales.group_control,crm_property_sales.group_supervisor,"
        "crm_property_sales.group_hq",
        help="Below it a deal needs an approved special discount.",
    )

    # Whose
    state = fields.Selection(
        UNIT_STATES,
        default="unreleased",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    block_reason = fields.Char(
        help="Mortgage, court order…: while it is filled no sale can happen."
    )
    deposit_id = fields.Many2one("property.deposit", readonly=True, copy=False)
    contract_id = fields.Many2one("property.contract", readonly=True, copy=False)
    event_ids = fields.One2many(
        "property.unit.event", "unit_id", "Unit Moves", readonly=True
    )

    _room_uniq = models.UniqueIndex(
        "(building_id, COALESCE(entrance, ''), room)",
        "The building has a unit of this entrance and room already.",
    )
    _figures_not_negative = models.Constraint(
        "CHECK(area_gross >= 0 AND area_net >= 0 AND list_price >= 0 "
        "AND filed_price >= 0 AND floor_price >= 0)",
        "Areas and prices cannot be negative.",
    )
    _floor_count_positive = models.Constraint(
        "CHECK(floor_count BETWEEN 1 AND 9)", "A unit takes between 1 and 9 floors."
    )
    _net_within_gross = models.Constraint(
        "CHECK(area_net <= area_gross OR area_gross = 0)",
        "The net area cannot be larger than the gross area.",
    )

    @api.depends("building_id.name", "entrance", "room")
    def _compute_name(self):
        for unit in self:
            parts = (unit.building_id.name, unit.entrance, unit.room)
            unit.name = "-".join(
                NAME_SUFFIX.sub("", part) or part for part in parts if part
            )

    @api.depends("list_price", "area_gross")
    def _compute_list_price_sqm(self):
        for unit in self:
            unit.list_price_sqm = unit.area_gross and unit.list_price / unit.area_gross

    @api.constrains("unit_type_id", "building_id")
    def _check_type_project(self):
        for unit in self:
            if unit.unit_type_id and unit.unit_type_id.project_id != unit.project_id:
                raise ValidationError(
                    self.env._(
                        "Unit type %(type)s is of another project than %(unit)s.",
                        type=unit.unit_type_id.name,
                        unit=unit.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        units = super().create(vals_list)
        units._append_event("unreleased")
        return units

    def write(self, vals):
        if not {"list_price", "filed_price", "floor_price"}.isdisjoint(vals):
            reserved = self.filtered(lambda unit: unit.state in RESERVED_STATES)
            if reserved:
                raise UserError(
                    self.env._(
                        "The price of %s is frozen: the unit is reserved or sold.",
                        ", ".join(reserved[:10].mapped("name")),
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_moved(self):
        if self.event_ids.filtered("from_state"):
            raise UserError(
                self.env._("A unit with a history is archived, not deleted.")
            )

    # === The door ===

    def _move(self, to_state, origin=None, reason=None, **links):
        """Move the units to `to_state`: the only way a state changes.

        Locks the rows, checks the move, appends to the ledger.

        :param origin: the document that causes the move
        :param reason: words for the ledger
        :param links: `deposit_id`, `contract_id` to write along
        :raise UserError: when the move is not in `UNIT_MOVES`, or for a sale when the
            unit is blocked or has no valid permit (A2)
        """
        lock_rows(self)
        for unit in self:
            if to_state not in UNIT_MOVES[unit.state]:
                raise UserError(unit._refusal(to_state))
            if to_state in SALE_STEPS:
                unit._check_sellable()
        from_states = {unit.id: unit.state for unit in self}
        self._append_event(to_state, origin, reason)
        self._write_through({"state": to_state, **links})
        self._announce(from_states, to_state)

    def _free(self, origin=None, reason=None):
        """Return reserved units to sale, or to control first: as the policy says (A4).

        :param origin: the document that frees them
        """
        for project, units in self.grouped("project_id").items():
            units._move(
                project.policy().freed_to,
                origin=origin,
                reason=reason,
                deposit_id=False,
                contract_id=False,
            )

    def _announce(self, from_states, to_state):
        """The units have moved (A5).

        :param from_states: dict of unit id to the state it left
        """

    def _append_event(self, to_state, origin=None, reason=None):
        self.env["property.unit.event"].sudo().create(
            [
                {
                    "unit_id": unit.id,
                    "project_id": unit.project_id.id,
                    "user_id": self.env.uid,
                    "from_state": bool(unit.event_ids) and unit.state,
                    "to_state": to_state,
                    "price": origin and to_state in RESERVED_STATES and origin.price,
                    "origin": origin and f"{origin._name},{origin.id}",
                    "reason": reason,
                }
                for unit in self.sudo()
            ]
        )

    def _check_sellable(self):
        self.ensure_one()
        if self.block_reason:
            raise UserError(
                self.env._(
                    "%(unit)s is blocked (%(reason)s) and cannot be sold.",
                    unit=self.name,
                    reason=self.block_reason,
                )
            )
        if not self.permit_id.is_valid_on(self.project_id.local_day()):
            raise UserError(
                self.env._(
                    "%(unit)s has no valid presale permit: enter the permit of "
                    "building %(building)s first.",
                    unit=self.name,
                    building=self.building_id.name,
                )
            )

    def _check_free(self):
        """:raise UserError: when a unit is reserved: its document alone frees it"""
        lock_rows(self)
        for unit in self.filtered(lambda unit: unit.state not in FREE_STATES):
            raise UserError(unit._refusal("held"))

    def _refusal(self, to_state):
        """Why the unit cannot move to `to_state`: who has it until when, no client."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        deposit = self.sudo().deposit_id
        if self.state in RESERVED_STATES and deposit:
            return self.env._(
                "%(unit)s is taken: %(state)s by %(user)s since %(date)s%(until)s. "
                "Choose another unit.",
                unit=self.name,
                state=labels[self.state],
                user=deposit.user_id.name or deposit.create_uid.name,
                date=self.project_id.local_time(deposit.date).strftime(
                    "%Y-%m-%d %H:%M"
                ),
                until=deposit._until_words(),
            )
        return self.env._(
            "%(unit)s is '%(from)s' and cannot become '%(to)s'.",
            **{"unit": self.name, "from": labels[self.state], "to": labels[to_state]},
        )

    # === Replay ===

    @api.private
    def states_at(self, moment):
        """The state of each unit at `moment` (naive UTC), read off the ledger.

        :return: dict of unit id to state; units that did not exist are missing
        """
        if not self.ids:
            return {}
        self.env["property.unit.event"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT DISTINCT ON (unit_id) unit_id, to_state
                         FROM property_unit_event
                        WHERE unit_id IN %s AND date <= %s
                        ORDER BY unit_id, date DESC, id DESC""",
                    tuple(self.ids),
                    moment,
                )
            )
        )

    def state_at(self, moment):
        """The state of this unit at `moment` (naive UTC); False before it existed."""
        self.ensure_one()
        self.check_access("read")
        return self.states_at(fields.Datetime.to_datetime(moment)).get(self.id, False)

    # === Actions ===

    def action_release(self):
        """Put the units on sale (A4)."""
        self._check_role("control")
        self._check_free()
        self._move("available")

    def action_new_deposit(self):
        """The form of a new slip on this unit (E1)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.deposit",
            "view_mode": "form",
            "context": {"default_unit_id": self.id},
        }

    def action_open_events(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_unit_event_action"
        )
        return action | {"domain": [("unit_id", "in", self.ids)]}
