from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .property_collision import PARTIES
from .property_interaction import FOLLOWUP_KINDS, VISIT_KINDS

SIDES = ("holder", "claimant")
CONTACT_KINDS = (*VISIT_KINDS, *FOLLOWUP_KINDS, "care")
# What each event means for the question whose client he is.
EVENT_CLAUSES = {
    "call_in": "B7",
    **dict.fromkeys(VISIT_KINDS, "C3"),
    **dict.fromkeys(FOLLOWUP_KINDS, "C3, C4"),
    "registered": "C2",
    "expired": "C3",
    "claimed": "C3",
    "handover": "C12",
    "reassigned": "C12",
    "adjudicated": "C6",
    "sold": "C8",
    "claim": "C6",
}


class PropertyCollision(models.Model):
    """Who may know what of a case (C6, J1).

    A judge, who is no party to it, sees it whole. Holder and claimant see the row and
    their own side: neither the other's dealings, nor the claimant whose client it is.
    """

    _inherit = "property.collision"  # pylint: disable=consider-merging-classes-inherited

    is_judge = fields.Boolean(compute="_compute_role", export_string_translation=False)
    my_side = fields.Selection(
        PARTIES,
        compute="_compute_role",
        search="_search_my_side",
    )
    can_appeal = fields.Boolean(
        compute="_compute_role", export_string_translation=False
    )
    client_label = fields.Char("The Client", compute="_compute_labels")
    holder_label = fields.Char("The Holder", compute="_compute_labels")
    explanation = fields.Char(compute="_compute_labels")
    clause_text = fields.Char("Regulation", compute="_compute_labels")
    appeal_text = fields.Char("Appeal", compute="_compute_labels")
    timelines = fields.Html(compute="_compute_timelines", sanitize=False)

    @api.depends("claimant_id", "holder_id", "state", "appeal_until")
    @api.depends_context("uid")
    def _compute_role(self):
        user = self.env.user
        judges = self.env.su or user._has_office_role("supervisor", "manager", "hq")
        for collision in self:
            case = collision.sudo()
            side = next((one for one in SIDES if case[f"{one}_id"] == user), False)
            collision.my_side = side
            collision.is_judge = self.env.su or (judges and not side)
            collision.can_appeal = (
                side
                and case.state == "decided"
                and case.appeal_until >= case.project_id.local_day()
            )

    def _search_my_side(self, operator, value):
        if operator != "in":
            return NotImplemented
        fields_ = [f"{side}_id" for side in SIDES if side in value]
        mine = Domain.OR(Domain(name, "=", self.env.uid) for name in fields_)
        # Holders are not for all to search by: the ids are found with full rights.
        return Domain("id", "in", self.sudo()._search(mine))

    def _hidden(self):
        return self.env._("Confidential")

    def _knows_client(self):
        """Whether the user may know whose client it is and who holds him."""
        lead = self.sudo().lead_id.with_env(self.env)
        return self.is_judge or lead.has_access("read")

    @api.depends("lead_id.user_id", "holder_id", "facts", "appeal_reason")
    @api.depends_context("uid", "lang")
    def _compute_labels(self):
        hidden = self._hidden()
        for collision in self:
            case = collision.sudo()
            known = collision._knows_client()
            lead = case.lead_id
            client = lead and f"{lead.contact_name} ****{lead.phone_tail}"
            collision.client_label = client if known else hidden
            own = case.holder_id == self.env.user
            collision.holder_label = case.holder_id.name if known or own else hidden
            judge = collision.is_judge and case.facts
            collision.explanation = judge and case._propose()[2]
            collision.clause_text = judge and case._clause_text(case.proposal_clause)
            collision.appeal_text = collision.is_judge and case._appeal_line()

    def _appeal_line(self):
        return (
            self.appeal_reason and f"{self.appealed_by_id.name}: {self.appeal_reason}"
        )

    # === Both timelines ===

    @api.depends("facts")
    @api.depends_context("uid", "lang")
    def _compute_timelines(self):
        for collision in self:
            collision.timelines = collision.sudo().facts and self.env[
                "ir.qweb"
            ]._render(
                "crm_property_sales.property_collision_timelines",
                {"case": collision._timeline(), "hidden": self._hidden()},
            )

    def _timeline(self, limit=None):
        """What happened on either side, in order, for who asks: the side he may not
        see is left out.

        :param limit: rows at most; the oldest contacts are then counted, not shown
        :return: dict of `holder` and `claimant` (a name, or False when hidden),
            `left_out` (a number) and `rows`: dicts of `date` (the project's wall
            clock), `side`, `label`, `user`, `clause` and `recorded` (only of what was
            entered on a later day)
        """
        self.ensure_one()
        case = self.sudo()
        seen = [side for side in SIDES if self.is_judge or self.my_side == side]
        labels = case._event_labels()
        users = self.env["res.users"].sudo()
        events = [
            event
            for event in [
                *case.facts["events"],
                case._event(case, "claim", case.claimant_id),
            ]
            if event["side"] in seen
        ]
        contacts = [
            place for place, one in enumerate(events) if one["kind"] in CONTACT_KINDS
        ]
        left_out = set(contacts[: max(len(events) - limit, 0)]) if limit else ()
        rows = [
            {
                "date": case._clock(event["date"]),
                "side": event["side"],
                "label": labels[event["kind"]],
                "user": users.browse(event["user"]).name,
                "clause": EVENT_CLAUSES.get(event["kind"]),
                "recorded": case._day(event["recorded"]) > case._day(event["date"])
                and case._clock(event["recorded"]),
            }
            for place, event in enumerate(events)
            if place not in left_out
        ]
        names = {side: side in seen and case[f"{side}_id"].name for side in SIDES}
        return names | {"rows": rows, "left_out": len(left_out)}

    def _event_labels(self):
        register = self.env["property.interaction"]._fields["kind"]
        ledger = self.env["property.ownership"]._fields["basis"]
        return {
            **dict(register._description_selection(self.env)),
            **dict(ledger._description_selection(self.env)),
            "claim": self.env._("Asks for a ruling"),
        }

    def _clock(self, moment):
        moment = fields.Datetime.to_datetime(moment)
        return self.project_id.local_time(moment).strftime("%Y-%m-%d %H:%M")

    def action_open_client(self):
        """The client's file, for who may read it."""
        self.ensure_one()
        self.check_access("read")
        lead = self.sudo().lead_id.with_env(self.env)
        if not lead.has_access("read"):
            raise AccessError(self.env._("The client is not yours to see."))
        return lead.get_formview_action()
