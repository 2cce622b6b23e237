from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .property_client_handover_line import LISTS
from .property_door import lock_rows
from .property_interaction import GRADES

SIGNATURES = (
    "leaver_signed_by",
    "leaver_signed_date",
    "head_signed_by",
    "head_signed_date",
)


class PropertyClientHandover(models.Model):
    """离职交接: a rep's clients go to his colleagues by three lists (C12).

    Filled and spread while a draft, signed by who leaves and his superior, carried out
    through the door of ownership, undone once while the policy allows it. The header
    names no client: the leaver reads and signs it, the lists are his superiors' only.
    """

    _name = "property.client.handover"
    _description = "Client Hand-over"
    _inherit = ["property.door.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = ("state", "name", "done_date", "undo_until", *SIGNATURES)
    _frozen_fields = dict.fromkeys(
        (
            "project_id",
            "user_id",
            "reason",
            "note",
            "date",
            "receiver_ids",
            "absence_reason",
        ),
        ("draft",),
    )

    name = fields.Char("Hand-over No.", readonly=True, copy=False)
    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env["property.project"]._only(),
    )
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one("res.users", "Leaver", required=True, index=True)
    reason = fields.Selection(
        [
            ("leave", "Leaves the Company"),
            ("transfer", "Moves to Another Post"),
            ("other", "Other Reason"),
        ],
        required=True,
        default="leave",
    )
    note = fields.Char()
    date = fields.Date(
        "Hand-over Date", required=True, default=fields.Date.context_today
    )
    receiver_ids = fields.Many2many("res.users", string="Receivers")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("signed", "Signed by Both"),
            ("done", "Carried Out"),
            ("undone", "Undone"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )

    # The lists
    line_ids = fields.One2many(
        "property.client.handover.line",
        "handover_id",
        groups="crm_property_sales.group_supervisor,crm_property_sales.group_hq",
    )
    call_line_ids = fields.One2many(
        "property.client.handover.line",
        "handover_id",
        "Call Clients",
        domain=[("list_kind", "=", "call")],
        groups="crm_property_sales.group_supervisor,crm_property_sales.group_hq",
    )
    visit_line_ids = fields.One2many(
        "property.client.handover.line",
        "handover_id",
        "Visit Clients",
        domain=[("list_kind", "=", "visit")],
        groups="crm_property_sales.group_supervisor,crm_property_sales.group_hq",
    )
    sold_line_ids = fields.One2many(
        "property.client.handover.line",
        "handover_id",
        "Sold Clients",
        domain=[("list_kind", "=", "sold")],
        groups="crm_property_sales.group_supervisor,crm_property_sales.group_hq",
    )
    line_count = fields.Integer("Clients", compute="_compute_preview")
    unassigned_count = fields.Integer("Without Receiver", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    # Signatures
    leaver_signed_by = fields.Many2one(
        "res.users", "Leaver Signed by", readonly=True, copy=False
    )
    leaver_signed_date = fields.Datetime("Leaver Signed on", readonly=True, copy=False)
    absence_reason = fields.Char(
        "Leaver Cannot Sign Because",
        copy=False,
        help="With a reason the manager signs for a leaver who is gone.",
    )
    head_signed_by = fields.Many2one(
        "res.users", "Superior Signed by", readonly=True, copy=False
    )
    head_signed_date = fields.Datetime("Superior Signed on", readonly=True, copy=False)

    done_date = fields.Datetime("Carried Out", readonly=True, copy=False)
    undo_until = fields.Date("Can Be Undone until", readonly=True, copy=False)

    # The lists are counted with full rights: the leaver signs for their numbers.
    @api.depends("line_ids.receiver_id")
    def _compute_preview(self):
        for handover in self.sudo():
            rows = handover._count_by_receiver()
            handover.line_count = sum(row["total"] for row in rows)
            handover.unassigned_count = sum(
                row["total"] for row in rows if not row["receiver"]
            )
            handover.preview = rows and self.env["ir.qweb"]._render(
                "crm_property_sales.client_handover_counts", {"rows": rows}
            )

    def _count_by_receiver(self):
        """[{receiver, total, and the number of each list and of each grade}]"""
        counts = {}
        keys = [kind for kind, _label in LISTS] + [grade for grade, _label in GRADES]
        for receiver, kind, grade, count in self.env[
            "property.client.handover.line"
        ]._read_group(
            [("handover_id", "in", self.ids)],
            ["receiver_id", "list_kind", "grade"],
            ["__count"],
        ):
            row = counts.setdefault(
                receiver, {"receiver": receiver, "total": 0} | dict.fromkeys(keys, 0)
            )
            row["total"] += count
            row[kind] += count
            if grade:
                row[grade] += count
        return [counts[receiver] for receiver in sorted(counts, key=lambda one: one.id)]

    @api.constrains("user_id", "project_id")
    def _check_lists_empty(self):
        if self.sudo().line_ids:
            raise ValidationError(
                self.env._("The lists are filled: make a hand-over of its own.")
            )

    @api.constrains("user_id", "project_id", "receiver_ids")
    def _check_receiver_ids(self):
        for handover in self:
            handover._check_receivers(handover.receiver_ids)

    def _check_receivers(self, users):
        """:raise UserError: when one of `users` cannot be given the leaver's clients"""
        if self.user_id in users:
            raise ValidationError(
                self.env._("Who leaves does not receive his own clients.")
            )
        self.project_id._check_reps(users)

    @api.model_create_multi
    def create(self, vals_list):
        handovers = super().create(vals_list)
        for handover in handovers:
            number = handover._next_number("property.client.handover")
            handover._write_through({"name": number})
        return handovers

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(handover.state != "draft" for handover in self):
            raise UserError(self.env._("A signed hand-over stays on file."))

    # === Steps ===

    def _check_superior(self):
        """:raise AccessError: for who is no superior of the leaver"""
        self._check_role("supervisor")
        if self.env.user in self.user_id:
            raise AccessError(
                self.env._("Your own clients are handed over by your superior.")
            )

    def _check_unsigned(self):
        """The lists are changed only while nobody has signed for them."""
        self._check_state("draft")
        if self.leaver_signed_by or self.head_signed_by:
            raise UserError(
                self.env._("The lists are signed: withdraw the signatures first.")
            )

    def action_propose(self):
        """Fill the three lists anew with what the leaver has, and spread them."""
        self._check_superior()
        self._check_unsigned()
        for handover in self:
            handover.sudo().line_ids.unlink()
            self.env["property.client.handover.line"].sudo()._fill(handover)
        self.filtered("receiver_ids").action_spread()
        return True

    def action_spread(self):
        """Spread the lists evenly over the receivers, like cards.

        Dealt in the order of list, class and grade, so that nobody gets all the A
        clients; the same lists and receivers give the same spread.

        :raise UserError: when there is nobody to receive
        """
        self._check_superior()
        self._check_unsigned()
        for handover in self:
            receivers = handover.receiver_ids.sorted("id")
            if not receivers:
                raise UserError(self.env._("Choose who receives the clients."))
            handover.sudo().line_ids._deal(receivers)
        return True

    def action_sign(self):
        """The user signs for the lists: as the leaver, or as his superior."""
        for handover in self:
            if handover.user_id != self.env.user:
                handover._check_superior()
                handover._sign("head")
            else:
                handover._check_role("rep")
                handover._sign("leaver")
        return True

    def action_sign_for_leaver(self):
        """The manager signs in the place of a leaver who is gone, with a reason."""
        self._check_role("manager")
        for handover in self:
            if not handover.absence_reason:
                raise UserError(
                    self.env._("Say why %s cannot sign.", handover.user_id.name)
                )
            handover._sign("leaver")
        return True

    def _sign(self, side):
        self._check_state("draft")
        handover = self.sudo()
        if not handover.line_count:
            raise UserError(self.env._("There is nothing to sign: fill the lists."))
        if handover.unassigned_count:
            raise UserError(
                self.env._(
                    "%s clients have no receiver yet: spread them, or choose.",
                    handover.unassigned_count,
                )
            )
        handover._write_through(
            {
                f"{side}_signed_by": self.env.uid,
                f"{side}_signed_date": fields.Datetime.now(),
            }
        )
        if handover.leaver_signed_by and handover.head_signed_by:
            handover._write_through({"state": "signed"})

    def action_withdraw(self):
        """Take the signatures back, so that the lists can be changed."""
        self._check_superior()
        self._check_state("draft", "signed")
        self._write_through(dict.fromkeys(SIGNATURES, False) | {"state": "draft"})
        return True

    def action_execute(self):
        """Give the clients to their receivers: all that the leaver still has.

        Activities and follow-ups go along; what he has lost or sold on since the
        signatures stays where it is and is marked so.
        """
        self._check_superior()
        for handover in self.sudo():
            lock_rows(handover)
            handover._check_state("signed")
            lines = handover.line_ids
            project = handover.project_id
            handover._check_receivers(lines.receiver_id)
            lines._give()
            today = project.local_day()
            days = project.policy(today).handover_undo_days
            handover._write_through(
                {
                    "state": "done",
                    "done_date": fields.Datetime.now(),
                    "undo_until": fields.Date.add(today, days=days),
                }
            )
            if handover.reason != "other":
                handover._leave_rings()
        return True

    def _leave_rings(self):
        """Who has left takes no turn any more; his places stay on file (B1)."""
        places = self.env["property.roster.line"].search(
            [("user_id", "=", self.user_id.id), ("project_id", "=", self.project_id.id)]
        )
        places.active = False

    def action_undo(self):
        """Give back what is still with its receivers, once (C12).

        :raise UserError: when the policy's days are over, or the leaver cannot have
            clients any more
        """
        self._check_superior()
        for handover in self.sudo():
            lock_rows(handover)
            handover._check_state("done")
            if handover.project_id.local_day() > handover.undo_until:
                raise UserError(
                    self.env._(
                        "%(handover)s could be undone until %(day)s: make a new "
                        "hand-over.",
                        handover=handover.name,
                        day=handover.undo_until,
                    )
                )
            handover.project_id._check_reps(handover.user_id)
            moved = handover.line_ids.filtered(lambda line: line.state == "moved")
            moved._give(back=True)
            handover._write_through({"state": "undone"})
            handover._notify_undone()
        return True

    def _notify_undone(self):
        manager = self.project_id.manager_id
        if not manager:
            return
        states = self.line_ids.mapped("state")
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=self.env._("Hand-over undone"),
            note=self.env._(
                "%(back)s clients went back to %(leaver)s; %(kept)s were no longer "
                "with their receivers and are listed.",
                back=states.count("returned"),
                leaver=self.user_id.name,
                kept=states.count("kept"),
            ),
        )
