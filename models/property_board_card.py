from odoo import api, models


class PropertyBoard(models.AbstractModel):
    """The card of one unit: who has it until when, and what the user may do (A3).

    Whose unit it is the card tells under the record rules of the deal: a rep reads his
    own client's name and of other deals only that there is one, by whom, until when.
    """

    _inherit = "property.board"

    @api.model
    @api.readonly
    def card(self, unit_id):
        """:return: dict of what the card shows; None when the unit is not to be seen"""
        unit = self.env["property.unit"].search([("id", "=", unit_id)])
        if not unit:
            return None
        prices = ["list_price", "list_price_sqm", "filed_price"]
        if self._sees_floor_price():
            prices.append("floor_price")
        return {
            "id": unit.id,
            "name": unit.name,
            "state": unit.state,
            "facts": self._facts(unit),
            "prices": [
                [self._label(unit, name), unit[name]] for name in prices if unit[name]
            ],
            "warnings": self._warnings(unit),
            "whose": self._whose(unit),
            "actions": self._actions(unit),
        }

    def _label(self, record, name):
        return record._fields[name]._description_string(self.env)

    def _facts(self, unit):
        """[label, value] of what the unit is."""
        type_ = unit.unit_type_id
        facts = [
            ("unit_type_id", type_.name),
            ("orientation", unit.orientation),
            *((name, unit[name]) for name in ("area_gross", "area_net")),
            ("area_measured", unit.area_measured),
            ("note", unit.note),
        ]
        return [[self._label(unit, name), value] for name, value in facts if value]

    def _warnings(self, unit):
        """What would stop a sale."""
        warnings = []
        if unit.block_reason:
            warnings.append(self.env._("Blocked: %s", unit.block_reason))
        if not unit.permit_id.is_valid_on(unit.project_id.local_day()):
            warnings.append(self.env._("No valid presale permit"))
        if not unit.filed_price:
            warnings.append(self.env._("No filed price"))
        return warnings

    def _whose(self, unit):
        """Who has it, since and until when; the client's name for who may see him.

        :return: dict, empty for a unit that nobody has
        """
        hold = unit.sudo().hold_id
        deposit = unit.sudo().deposit_id
        if hold:
            reason = hold.with_env(self.env).has_access("read") and hold.reason
            return {
                "user": hold.user_id.name,
                "since": self._local(unit, hold.date),
                "until": hold.planned_release and str(hold.planned_release),
                "reason": reason or "",
                "client": "",
            }
        if not deposit:
            return {}
        until = {
            "slip": deposit.slip_expires and self._local(unit, deposit.slip_expires),
            "confirmed": deposit.sign_deadline and str(deposit.sign_deadline),
        }
        sees = deposit.with_env(self.env).has_access("read")
        return {
            "user": deposit.user_id.name or deposit.create_uid.name,
            "since": self._local(unit, deposit.date),
            "until": until.get(deposit.state) or "",
            "reason": "",
            "client": sees and deposit.partner_id.name or "",
        }

    def _local(self, unit, moment):
        return unit.project_id.local_time(moment).strftime("%Y-%m-%d %H:%M")

    def _actions(self, unit):
        """What the user may do with the unit now: {model, id, method, label}, the first
        one being the likeliest. `method` runs on the record; without one it opens."""
        user = self.env.user
        steps = []
        if user._has_office_role("control"):
            if unit.state == "available":
                steps.append(("action_new_deposit", self.env._("New Slip")))
            if unit.state in ("unreleased", "held"):
                steps.append(("action_release", self.env._("Release")))
            if unit.state in ("unreleased", "available"):
                steps.append(("action_hold", self.env._("Hold")))
        actions = [self._action(unit, label, method) for method, label in steps]
        for document, label in (
            (unit.sudo().deposit_id, self.env._("Deposit")),
            (unit.sudo().contract_id, self.env._("Contract")),
            (unit.sudo().hold_id, self.env._("Open Hold")),
            (unit, self.env._("Open Unit")),
        ):
            if document.with_env(self.env)._filtered_access("read"):
                actions.append(self._action(document, label))
        if self.env["property.unit.event"].has_access("read"):
            actions.append(
                self._action(unit, self.env._("History"), "action_open_events")
            )
        return actions

    def _action(self, record, label, method=None):
        return {
            "model": record._name,
            "id": record.id,
            "method": method,
            "label": label,
        }
