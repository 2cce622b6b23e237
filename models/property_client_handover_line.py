from odoo import api, fields, models

from .crm_lead import CLIENT_CLASSES
from .property_door import lock_rows
from .property_interaction import GRADES

LISTS = [
    ("call", "Call Clients (unsold)"),
    ("visit", "Visit Clients (unsold)"),
    ("sold", "Sold Clients"),
]


class PropertyClientHandoverLine(models.Model):
    """A client or, before he has a file, the call that claims his visit (B7, C12)."""

    _name = "property.client.handover.line"
    _description = "Client in a Hand-over"
    _inherit = ["property.door.mixin"]
    _order = "handover_id, list_kind, client_class DESC, grade, id"
    _door_fields = ("state",)

    handover_id = fields.Many2one(
        "property.client.handover", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="handover_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one(
        related="handover_id.user_id", store=True, precompute=True, index=True
    )
    list_kind = fields.Selection(LISTS, "List", required=True, readonly=True)
    lead_id = fields.Many2one(
        "crm.lead", "Client", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    interaction_id = fields.Many2one(
        "property.interaction",
        "Call",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    # As they were when the lists were made: the spread is balanced by them.
    client_class = fields.Selection(CLIENT_CLASSES, "Class", readonly=True)
    grade = fields.Selection(GRADES, readonly=True)
    registration_number = fields.Char(related="lead_id.registration_number")
    last_contact_date = fields.Date(
        "Last Contact", compute="_compute_client", compute_sudo=True
    )
    next_date = fields.Date(
        "Next Follow-up", compute="_compute_client", compute_sudo=True
    )
    phone_tail = fields.Char(
        "Last Four Digits", compute="_compute_client", compute_sudo=True
    )
    unit_type_ids = fields.Many2many(
        "property.unit.type",
        string="Wanted Types",
        compute="_compute_client",
        compute_sudo=True,
    )
    receiver_id = fields.Many2one("res.users", "New Owner", index="btree_not_null")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("moved", "Moved"),
            ("skipped", "No Longer the Leaver's"),
            ("returned", "Returned"),
            ("kept", "No Longer the Receiver's"),
        ],
        default="planned",
        required=True,
        readonly=True,
    )

    _one_client = models.Constraint(
        "CHECK((lead_id IS NULL) != (interaction_id IS NULL))",
        "A line is of a client or of a call.",
    )
    _lead_uniq = models.UniqueIndex(
        "(handover_id, lead_id) WHERE lead_id IS NOT NULL",
        "The client is in the lists already.",
    )

    @api.depends("lead_id", "interaction_id")
    def _compute_client(self):
        for line in self:
            client = line.lead_id or line.interaction_id
            line.last_contact_date = line.lead_id.last_contact_date or (
                line.interaction_id and line.project_id.local_day(client.date)
            )
            line.next_date = client.next_date
            line.phone_tail = (client.phone_sanitized or "")[-4:]
            line.unit_type_ids = client.unit_type_ids

    @api.depends("lead_id", "interaction_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (line.lead_id or line.interaction_id).display_name

    @api.constrains("receiver_id")
    def _check_receiver(self):
        for handover, lines in self.grouped("handover_id").items():
            handover._check_receivers(lines.receiver_id)

    def write(self, vals):
        self._check_unsigned()
        result = super().write(vals)
        self._check_unsigned()  # of the handover they were moved to
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_unsigned()

    def _check_unsigned(self):
        for handover in self.handover_id:
            handover._check_unsigned()

    # === The three lists ===

    @api.model
    def _fill(self, handover):
        """Lines for all that the leaver has: his unregistered callers (within the time
        a call claims the visit), his unsold clients, his buyers; archived ones too."""
        project, leaver = handover.project_id, handover.user_id
        leads = self.env["crm.lead"].with_context(active_test=False)
        his = [("project_id", "=", project.id), ("user_id", "=", leaver.id)]
        clients = leads.search(his)
        clients._lapse()
        clients = clients.filtered(lambda lead: lead.user_id == leaver)
        calls = self.env["property.interaction"].search(
            [
                *leads._claiming_calls_domain(project),
                ("owner_id", "=", leaver.id),
                ("phone_sanitized", "!=", False),
            ]
        )
        rows = [
            {
                "list_kind": "sold" if lead.is_sold else "visit",
                "lead_id": lead.id,
                "client_class": lead.client_class,
                "grade": lead.grade,
            }
            for lead in clients
        ] + [
            {"list_kind": "call", "interaction_id": call.id, "grade": call.grade}
            for call in calls
        ]
        return self.create([row | {"handover_id": handover.id} for row in rows])

    def _deal(self, receivers):
        """Give the lines to `receivers` in turn; a number's calls to one of them."""
        kinds = [kind for kind, _label in LISTS]
        order = self.sorted(
            lambda line: (
                kinds.index(line.list_kind),
                line.client_class or "",
                line.grade or "z",
                line.id,
            )
        )
        hands = {}
        for line in order:
            hands.setdefault(line._who(), receivers[len(hands) % len(receivers)])
        for receiver, lines in self.grouped(lambda line: hands[line._who()]).items():
            lines.receiver_id = receiver

    def _who(self):
        return self.lead_id or self.interaction_id.phone_sanitized

    # === Carrying out ===

    def _give(self, back=False):
        """From the leaver to the receivers, or `back`: what is still with who gives.

        Each line says what became of it.
        """
        leads = self.lead_id
        lock_rows(leads)
        lock_rows(self.interaction_id)
        leads._lapse()
        going = self.filtered(
            lambda line: line._holder() == (line.receiver_id if back else line.user_id)
        )
        for (handover, taker), lines in going.grouped(
            lambda line: (line.handover_id, line.user_id if back else line.receiver_id)
        ).items():
            reason = handover.name
            if back:
                reason = self.env._("%s undone", handover.name)
            lines.lead_id._transfer(taker, "handover", clause="C12", reason=reason)
            lines.interaction_id._write_through({"owner_id": taker.id})
        gone, stayed = ("returned", "kept") if back else ("moved", "skipped")
        going._write_through({"state": gone})
        (self - going)._write_through({"state": stayed})

    def _holder(self):
        """Who has the client now; of a call, while it claims a visit."""
        if self.lead_id:
            return self.lead_id.user_id
        call = self.interaction_id
        return call.owner_id if not call.lead_id else call.owner_id.browse()
