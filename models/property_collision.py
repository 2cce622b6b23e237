from contextlib import suppress

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from .property_collision_clauses import CLAUSES
from .property_door import lock_rows

# Odoo names the record behind a link to whoever reads the row: links to the client and
# to his owner are for those who see every client of the project anyway (J1). What the
# others may know is computed for each of them, see property_collision_view.py.
HEADS = "crm_property_sales.group_manager,crm_property_sales.group_hq"
JUDGES = f"crm_property_sales.group_supervisor,{HEADS}"
VERDICTS = [("holder", "Holder"), ("claimant", "Claimant"), ("split", "Split")]
PARTIES = VERDICTS[:2]
# What a supervisor enters who asks for a ruling by hand.
BY_HAND = {"project_id", "phone", "claimant_id"}


class PropertyCollision(models.Model):
    """Two reps, one client: whose is he? 撞单 (C6, C7)

    The facts on record at the moment of the claim are kept with the ruling, and the
    proposal is read off them by the clauses: same input, same answer, whatever is
    entered later. A supervisor decides, a manager hears the appeal, and the verdict is
    executed through the door of ownership.

    No mail.thread, no activities: their authors and followers would name one party to
    the other. Each is told by a message of his own.
    """

    _name = "property.collision"
    _description = "Client Ruling"
    _inherit = ["property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = (
        "state",
        "name",
        "date",
        "holder_id",
        "policy_id",
        "facts",
        "proposal",
        "proposal_clause",
        "verdict",
        "verdict_clause",
        "verdict_reason",
        "first_verdict",
        "claimant_percent",
        "decided_by_id",
        "decided_date",
        "appeal_until",
        "appealed_by_id",
        "appeal_date",
        "appeal_reason",
        "final_by_id",
        "final_date",
        "final_reason",
        "snatched_by",
        "help_user_ids",
    )
    _frozen_fields = dict.fromkeys(
        ("project_id", "lead_id", "claimant_id", "interaction_id"), ()
    )

    name = fields.Char("Number", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("decided", "Decided"),
            ("appealed", "Appealed"),
            ("final", "Final"),
        ],
        default="proposed",
        group_expand=True,
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    project_id = fields.Many2one(
        "property.project",
        required=True,
        index=True,
        default=lambda self: self.env["property.project"]._only(),
    )
    company_id = fields.Many2one(related="project_id.company_id")

    # The case
    date = fields.Datetime("Claimed On", readonly=True, copy=False)
    lead_id = fields.Many2one(
        "crm.lead", "Client", required=True, ondelete="restrict", groups=HEADS
    )
    claimant_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="restrict"
    )
    holder_id = fields.Many2one(
        "res.users",
        readonly=True,
        index=True,
        ondelete="restrict",
        groups=HEADS,
        help="Whose client he was when the claim was made, or was last.",
    )
    interaction_id = fields.Many2one(
        "property.interaction",
        "Claimant's Entry",
        index="btree_not_null",
        ondelete="restrict",
        groups=HEADS,
    )
    policy_id = fields.Many2one(
        "property.policy", "Policy in Force", readonly=True, copy=False
    )
    facts = fields.Json(groups=fields.NO_ACCESS, readonly=True, copy=False)
    proposal = fields.Selection(VERDICTS, readonly=True, copy=False, groups=JUDGES)
    proposal_clause = fields.Selection(
        [(clause.key, clause.title) for clause in CLAUSES],
        "Clause",
        readonly=True,
        copy=False,
        groups=JUDGES,
    )

    # The ruling
    verdict = fields.Selection(VERDICTS, readonly=True, copy=False)
    verdict_clause = fields.Selection(
        [(clause.key, clause.title) for clause in CLAUSES],
        "Clause of the Verdict",
        readonly=True,
        copy=False,
    )
    verdict_reason = fields.Text("Reason of the Verdict", readonly=True, copy=False)
    first_verdict = fields.Selection(
        VERDICTS, "Verdict before Appeal", readonly=True, copy=False
    )
    claimant_percent = fields.Float(
        "Claimant's Part (%)", readonly=True, copy=False, aggregator="avg"
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_date = fields.Datetime("Decided On", readonly=True, copy=False)
    appeal_until = fields.Date(readonly=True, copy=False)
    appealed_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, groups=HEADS
    )
    appeal_date = fields.Datetime("Appealed On", readonly=True, copy=False)
    appeal_reason = fields.Text(readonly=True, copy=False, groups=HEADS)
    final_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, help="Empty: nobody appealed in time."
    )
    final_date = fields.Datetime("Final On", readonly=True, copy=False)
    final_reason = fields.Text("Reason on Appeal", readonly=True, copy=False)

    # Conduct (C7) and help (B10)
    snatched_by = fields.Selection(PARTIES, readonly=True, copy=False, groups=JUDGES)
    is_snatching = fields.Boolean(
        "Snatching", compute="_compute_is_snatching", store=True, groups=JUDGES
    )
    help_user_ids = fields.Many2many(
        "res.users", string="Help Credits", readonly=True, copy=False
    )

    # What is typed to ask for a ruling by hand; kept nowhere.
    phone = fields.Char("Client's Phone", store=False)

    _one_open_claim = models.UniqueIndex(
        "(lead_id, claimant_id) WHERE state != 'final'",
        "A ruling on this claim is asked for already.",
    )
    _name_uniq = models.UniqueIndex("(name) WHERE name IS NOT NULL")
    _appeal_idx = models.Index("(appeal_until) WHERE state = 'decided'")

    @api.depends("snatched_by")
    def _compute_is_snatching(self):
        for collision in self:
            collision.is_snatching = bool(collision.snatched_by)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A ruling is not deleted: it is decided."))

    # === Opening ===

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            return self._create_by_hand(vals_list)
        phones = [vals.pop("phone", None) for vals in vals_list]
        collisions = super().create(vals_list)
        for collision, phone in zip(collisions, phones, strict=True):
            collision._begin(phone)
        return collisions

    def _create_by_hand(self, vals_list):
        """A supervisor asks for a ruling: by number, whoever's client it is."""
        self.check_access("create")
        collisions = self.browse()
        for vals in vals_list:
            for name in vals.keys() - BY_HAND:
                raise UserError(self._door_message(name))
            project = self.env["property.project"].browse(vals.get("project_id"))
            claimant = self.env["res.users"].browse(vals.get("claimant_id"))
            collisions |= self._open_by_phone(project, vals.get("phone"), claimant)
        return collisions

    @api.model
    def _open_by_phone(self, project, phone, claimant, interaction=None):
        """:raise UserError: when there is nothing to rule on"""
        project.check_access("read")
        lead = self.env["crm.lead"]._find_client(project, phone)
        if not project or not lead:
            raise UserError(
                self.env._("No client of the project is known by this number.")
            )
        return self._open(lead, claimant, interaction=interaction, phone=phone)

    @api.model
    def _open(self, lead, claimant, interaction=None, phone=None):
        """Ask for a ruling on `lead` for `claimant`; the open one when there is one.

        :param interaction: the claimant's entry in the register that led to it
        :param phone: the number he was recognised by; the entry's when omitted
        :raise UserError: when the client never had another owner
        """
        lead = lead.sudo()
        lock_rows(lead)
        domain = [
            ("lead_id", "=", lead.id),
            ("claimant_id", "=", claimant.id),
            ("state", "!=", "final"),
        ]
        collision = self.sudo().search(domain) or self.sudo().create(
            {
                "project_id": lead.project_id.id,
                "lead_id": lead.id,
                "claimant_id": claimant.id,
                "interaction_id": interaction and interaction.id,
                "phone": phone or interaction and interaction.phone,
            }
        )
        return collision.with_env(self.env)

    def _begin(self, phone):
        """Number the ruling, keep the facts of this moment and propose (C6)."""
        self.ensure_one()
        self._check_claimant()
        self.lead_id._lapse()
        now = fields.Datetime.now()
        holder = self._last_owner()
        if not holder or holder == self.claimant_id:
            raise UserError(
                self.env._(
                    "Nobody else holds this client: %s registers him or takes him over "
                    "without a ruling.",
                    self.claimant_id.name,
                )
            )
        project = self.project_id
        self._write_through(
            {
                "name": self._next_number("property.collision"),
                "date": now,
                "holder_id": holder.id,
                "policy_id": project.policy(project.local_day(now)).id,
            }
        )
        self._write_through({"facts": self._collect_facts(phone)})
        proposal, clause, _explanation = self._propose()
        self._write_through({"proposal": proposal, "proposal_clause": clause})
        self._tell(self._supervisors())

    def _check_claimant(self):
        claimant = self.claimant_id
        if claimant not in self.project_id.user_ids or not claimant._has_office_role(
            "rep"
        ):
            raise UserError(
                self.env._(
                    "%(user)s is no rep of %(project)s and has no clients there.",
                    user=claimant.name,
                    project=self.project_id.name,
                )
            )

    def _last_owner(self):
        ledger = self.env["property.ownership"]
        domain = [("lead_id", "=", self.lead_id.id), ("user_id", "!=", False)]
        return ledger.search(domain, limit=1).user_id

    @api.model
    def action_ask(self, project_id=None, phone=None):
        """A rep asks for a ruling on a number he may not register (C6).

        :param project_id: id of the project; from the context when omitted
        :param phone: the number in any spelling; from the context when omitted
        :return: the same notice whatever is behind the number, so that it tells nothing
        :raise AccessError: for who is no rep
        """
        if not self.env.user._has_office_role("rep"):
            raise AccessError(self.env._("Only a rep claims a client."))
        context = self.env.context
        project = self.env["property.project"].browse(
            project_id or context.get("property_project_id")
        )
        phone = phone or context.get("property_phone")
        return self._ask(project, phone, self.env.user)

    @api.model
    def _ask(self, project, phone, claimant, interaction=None):
        """On record and within the limit, as any check of a number (J1, J8)."""
        project.check_access("read")
        facts = self.env["property.desk"]._ask(project, phone)
        if facts["status"] == "limited":
            return self._notice(
                "warning",
                self.env._("Too many numbers at once: ask again later."),
            )
        if lead := facts.get("lead"):
            # When there is nothing to rule on, that is not for him to know.
            with suppress(UserError), self.env.cr.savepoint():
                self._open(lead, claimant, interaction=interaction, phone=phone)
        return self._notice(
            "success", self.env._("A ruling was asked for: your supervisor knows.")
        )

    def _notice(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _write_through(self, vals):
        """As the system: Odoo shows who wrote a row last to all who read it, so that
        an appeal would name its author to the other party."""
        system = self.with_user(SUPERUSER_ID)
        return super(PropertyCollision, system)._write_through(vals)
