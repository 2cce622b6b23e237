from contextlib import suppress
from datetime import datetime

from odoo import Command, api, models
from odoo.exceptions import UserError

from .property_interaction import CALL_KINDS, VISIT_KINDS

RING_KINDS = {"call": CALL_KINDS, "visit": VISIT_KINDS}
# What the screen may send of an entry; host, client and turn follow from the rules.
ENTRY_FIELDS = (
    "partner_name",
    "phone",
    "source_id",
    "unit_type_ids",
    "area_wanted",
    "budget",
    "concern_ids",
    "district",
    "party_size",
    "purpose",
    "horizon",
    "grade",
    "note",
    "invalid_reason",
    "surveyor",
    "identity_check",
    "answered_in_time",
    "visit_date",
)
# Answers after which a rep does not enter: his supervisor does.
OTHERS = ("owned", "claimed", "limited")
PRESENT = ("next", "waiting")


class PropertyDesk(models.AbstractModel):
    """Quick entry: who receives, whose turn it is, whose client he becomes (B2–B8)."""

    _inherit = "property.desk"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def enter(self, project_id, vals):
        """Enter a call or visit, with the turn it takes and the client it makes.

        :param vals: `ring` ('call', 'visit'), the columns of the register
            (`ENTRY_FIELDS`), and where it applies `kind`, `turn_id` (a turn taken
            before), `helper_id` (who receives for an absent owner),
            `introduced_by_phone` (the old client who brings this one); other keys are
            ignored
        :return: dict of status 'done', or 'refused' with a `message` or the `answer` of
            a check
        :raise UserError: when `vals` are nonsense
        """
        project = self._project(project_id)
        ring, values = self._entry_values(project, vals)
        facts = {"status": "new"}
        if values["is_valid"] and values.get("phone"):
            if self._is_desk():
                facts = self.env["crm.lead"]._check_phone(project, values["phone"])
            else:
                facts = self._ask(project, values["phone"])
                if facts["status"] in OTHERS:
                    return {"status": "refused", "answer": self._answer(facts)}
        return self._attempt(self._receive, project, ring, values, facts, vals)

    # === What was sent ===

    def _entry_values(self, project, vals):
        """:return: the ring, and values of an entry checked one by one"""
        if not isinstance(vals, dict) or vals.get("ring") not in RING_KINDS:
            raise UserError(self.env._("Say whether it is a call or a visit."))
        ring = vals["ring"]
        values = {
            name: self._entry_value(project, name, vals[name])
            for name in ENTRY_FIELDS
            if vals.get(name)
        }
        values["is_valid"] = not values.get("invalid_reason")
        if values.get("invalid_reason") != "survey":
            values.pop("surveyor", None)
        elif not values.get("surveyor"):
            raise UserError(self.env._("Name the firm that made the survey."))
        kind = vals.get("kind")
        values["kind"] = kind if kind in RING_KINDS[ring] else None
        return ring, values

    def _entry_value(self, project, name, value):
        """`value` of a field as the ORM takes it.

        :raise UserError: when it is not one
        """
        entries = self.env["property.interaction"]
        field = entries._fields[name]
        if field.type in ("many2one", "many2many"):
            ids = value if field.type == "many2many" else [value]
            domain = [("id", "in", ids)]
            if "project_id" in self.env[field.comodel_name]._fields:
                domain.append(("project_id", "=", project.id))
            if isinstance(ids, list) and all(isinstance(one, int) for one in ids):
                found = self.env[field.comodel_name].search(domain)
                if len(found) == len(set(ids)):
                    return (
                        found.id
                        if field.type == "many2one"
                        else [Command.set(found.ids)]
                    )
        elif field.type == "selection":
            if value in field.get_values(self.env):
                return value
        elif field.type == "datetime":
            with suppress(TypeError, ValueError):
                clock = datetime.fromisoformat(value).replace(tzinfo=None)
                return project.utc_moment(clock.date(), clock.time())
        elif field.type in ("char", "text"):
            if isinstance(value, str):
                return value.strip()
        elif isinstance(value, int | float) and 0 <= value < 1e12:
            return int(value) if field.type == "integer" else value
        raise UserError(
            self.env._(
                "%(field)s is not valid: choose or enter it again.",
                field=field._description_string(self.env),
            )
        )

    # === Who receives ===

    def _receive(self, project, ring, values, facts, vals):
        """Decide and write, in one transaction."""
        roster = self.env["property.roster"]._ring(project, ring)
        turn = self._given_turn(roster, vals.get("turn_id"))
        friend = self._introducer(project, ring, vals.get("introduced_by_phone"))
        basis, host = self._basis(values, facts, friend)
        lead = facts.get("lead") or self.env["crm.lead"].sudo()
        if basis in ("ring", "brought"):
            turn = self._take_turn(roster, turn, host)
            host = turn.user_id
        elif turn:
            host = host or turn.user_id
            turn._give_back(self._reason(basis))
            turn = turn.browse()
        host = host or self.env.user
        if host != self.env.user and not self._is_desk():
            raise UserError(
                self.env._("Reps enter what they have received themselves.")
            )
        helper = self._helper(roster, basis, host, vals.get("helper_id"))
        client = lead if lead and (basis == "owner" or lead.is_sold) else lead.browse()
        if lead and ring == "visit":
            known = [Command.set(lead.unit_type_ids.ids)]
            values = {
                "partner_name": lead.contact_name,
                "unit_type_ids": known,
            } | values
        # The rules above decide for whom; his rows may be hidden from who enters them.
        entry = (
            self.env["property.interaction"]
            .sudo()
            .create(
                values
                | {
                    "kind": self._kind(ring, basis, values["kind"], lead),
                    "project_id": project.id,
                    "user_id": host.id,
                    "helper_ids": [Command.set(helper.ids)],
                    "turn_id": turn.id,
                    "introduced_by_id": friend.id,
                    "lead_id": client.id,
                }
            )
        )
        registered = self._is_registration(entry) and entry._register_client()
        project._notify_desk()
        return {
            "status": "done",
            "basis": basis,
            "reason": self._reason(basis),
            "host": self._named(host),
            "helper": bool(helper) and self._named(helper),
            "turn": turn.number,
            "registered": bool(registered),
            "missing": entry.missing_columns,
            "entry_id": entry.with_env(self.env).has_access("read") and entry.id,
        }

    def _basis(self, values, facts, friend):
        """:return: why somebody receives, and who; empty when the ring says it"""
        owner = facts.get("owner") or self.env["res.users"]
        if not values["is_valid"]:
            return "invalid", owner
        if facts["status"] == "invalid":
            raise UserError(
                self.env._(
                    "%s is no telephone number: enter all digits, with area code for a "
                    "fixed line, with + and country for one abroad.",
                    values["phone"],
                )
            )
        if owner:
            return "call" if facts["call"] else "owner", owner.with_env(self.env)
        if friend.user_id:
            return "brought", friend.user_id
        return "ring", owner

    def _reason(self, basis):
        """The rule in words, for the desk and the ledger of turns."""
        return {
            "owner": self.env._("Client of the host, or family of one: no turn."),
            "call": self.env._("The host took the earlier call: no turn."),
            "brought": self.env._("Brought by a client of the host: counts as a turn."),
            "ring": self.env._("New visitor or caller: the next in the ring."),
            "invalid": self.env._("Does not count: no turn, no client."),
        }[basis]

    def _kind(self, ring, basis, kind, lead):
        if ring == "call":
            return "call_in"
        if basis == "owner":
            return "visit_return"
        if basis == "call":
            return "visit_called"
        if kind == "visit_return" and not lead:
            raise UserError(
                self.env._(
                    "Nobody has this number on file: enter the number by which the "
                    "visitor is registered, or choose another kind of visit."
                )
            )
        return kind or "visit_first"

    def _given_turn(self, roster, turn_id):
        """The turn that was taken when the client came, before he was entered."""
        turns = self.env["property.roster.turn"]
        if not turn_id:
            return turns
        turn = self._open_turns(roster).filtered(lambda one: one.id == turn_id)
        if not turn:
            raise UserError(
                self.env._(
                    "This turn has its entry already or was given back: look at the "
                    "ring again."
                )
            )
        return turn

    def _take_turn(self, roster, turn, host):
        """The turn of this reception: the one `turn` taken before when it is `host`'s
        or the ring's, else a new one."""
        if turn and host and turn.user_id != host:
            turn._give_back(self._reason("brought"))
            turn = None
        if turn:
            return turn
        if not host and not self._is_desk() and roster.next_user_id != self.env.user:
            raise UserError(
                self.env._(
                    "It is the turn of %s.",
                    roster.next_user_id.name or self.env._("nobody"),
                )
            )
        return roster._advance(host)

    def _introducer(self, project, ring, phone):
        """The client who brings this one (B3); of a rep's own clients when a rep asks.

        :raise UserError: when the number is no client's whom the user sees
        """
        leads = self.env["crm.lead"].sudo()
        if not phone or ring == "call":
            return leads
        lead = leads._find_client(project, phone if isinstance(phone, str) else None)
        if not lead or not (
            self._is_desk() or lead.with_env(self.env).has_access("read")
        ):
            raise UserError(
                self.env._("%s is not the number of a client whom you see.", phone)
            )
        lead._lapse()
        return lead

    def _helper(self, roster, basis, host, helper_id):
        """Who receives for an absent owner: the owner stays owner (B10).

        :raise UserError: when the owner of a visitor is out and nobody helps
        """
        place = {one["user_id"]: one["status"] for one in roster._queue()}
        helper = self.env["res.users"].browse(helper_id if helper_id in place else [])
        if helper and helper != host:
            return helper
        if (
            roster.ring == "visit"
            and basis in ("owner", "call")
            and host != self.env.user
            and place.get(host.id) not in PRESENT
        ):
            raise UserError(self.env._("%s is not here: choose who helps.", host.name))
        return helper.browse()

    def _is_registration(self, entry):
        """B8: only a valid visit with appellation, phone and wanted type."""
        return (
            entry.is_valid
            and entry.kind in VISIT_KINDS
            and not entry.lead_id
            and entry.phone
            and entry.unit_type_ids
        )
