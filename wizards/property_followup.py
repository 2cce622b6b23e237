from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..models.mail_activity import PLANNED_KINDS
from ..models.property_interaction import INTERACTION_KINDS

_lt = LazyTranslate(__name__)

# What came of it, each a button of the dialog: its words in the register, and after how
# many days one should be in touch again unless a day is chosen.
OUTCOMES = {
    "interested": (_lt("Interested"), 3),
    "coming": (_lt("Will Come"), 2),
    "thinking": (_lt("Thinking It Over"), 7),
    "declined": (_lt("Not Interested"), None),
    "satisfied": (_lt("Satisfied"), 30),
    "complaint": (_lt("Has a Complaint"), 1),
    "greeted": (_lt("Greeted"), None),
    "unreached": (_lt("Not Reached"), 1),
}


class PropertyFollowup(models.TransientModel):
    """A follow-up in two clicks: open the dialog, say what came of it (C4, D2).

    Whom one did not reach is on record and not followed up: the entry does not count,
    and what was planned is still to be done.
    """

    _name = "property.followup"
    _description = "Follow-up of a Client"

    lead_id = fields.Many2one("crm.lead", "Client", required=True, readonly=True)
    phone = fields.Char(related="lead_id.phone")
    followup_progress = fields.Char(related="lead_id.followup_progress")
    is_followup_short = fields.Boolean(related="lead_id.is_followup_short")
    owned_days = fields.Integer(related="lead_id.owned_days")
    owned_until = fields.Date(related="lead_id.owned_until")
    client_class = fields.Selection(related="lead_id.client_class")
    last_entry_id = fields.Many2one(
        "property.interaction", "Last Contact", compute="_compute_from_client"
    )
    last_date = fields.Datetime(related="last_entry_id.date")
    last_note = fields.Text("Latest Note", related="last_entry_id.note")
    planned_id = fields.Many2one(
        "mail.activity", "Planned Follow-up", compute="_compute_from_client"
    )
    planned_date = fields.Date("Planned For", related="planned_id.date_deadline")

    kind = fields.Selection(
        [(kind, label) for kind, label in INTERACTION_KINDS if kind in PLANNED_KINDS],
        compute="_compute_kind",
        store=True,
        readonly=False,
        required=True,
    )
    note = fields.Text()
    next_in = fields.Selection(
        [
            ("1", "Tomorrow"),
            ("3", "In 3 Days"),
            ("7", "In a Week"),
            ("14", "In Two Weeks"),
            ("30", "In a Month"),
        ],
        "Next Follow-up In",
    )
    next_date = fields.Date(
        "Next Follow-up", compute="_compute_next_date", store=True, readonly=False
    )

    @api.depends("lead_id")
    def _compute_from_client(self):
        for dialog in self:
            lead = dialog.lead_id
            dialog.last_entry_id = lead.interaction_ids[:1]
            planned = self.env["mail.activity"]._search_followups(lead)
            dialog.planned_id = planned.with_env(self.env)[:1]

    @api.depends("planned_id")
    def _compute_kind(self):
        for dialog in self:
            planned = dialog.planned_id.activity_type_id.interaction_kind
            dialog.kind = planned or "followup_call"

    @api.depends("next_in")
    def _compute_next_date(self):
        for dialog in self.filtered("next_in"):
            dialog.next_date = dialog._day_in(int(dialog.next_in))

    def _day_in(self, days):
        return self.lead_id.project_id.sudo().local_day() + timedelta(days=days)

    def action_save(self):
        """Enter the follow-up with the outcome of the button that was pressed.

        :return: action that says what it came to and closes the dialog
        :raise UserError: without an outcome
        """
        self.ensure_one()
        outcome = self.env.context.get("outcome")
        if outcome not in OUTCOMES:
            raise UserError(self.env._("Choose what came of the follow-up."))
        label, days = OUTCOMES[outcome]
        next_date = self.next_date or (days and self._day_in(days))
        self.env["property.interaction"].create(
            {
                "kind": self.kind,
                "lead_id": self.lead_id.id,
                "project_id": self.lead_id.project_id.id,
                "note": self.note,
                "result": self.env._(label),
                "next_date": next_date,
                "is_valid": outcome != "unreached",
                "invalid_reason": outcome == "unreached" and "unreached",
            }
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._summary(),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _summary(self):
        lead = self.lead_id
        if lead.owned_until and lead.followup_progress:
            return self.env._(
                "Entered. Follow-ups since the visit: %(progress)s. Yours until "
                "%(day)s.",
                progress=lead.followup_progress,
                day=lead.owned_until,
            )
        return self.env._("Entered.")
