from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .property_door import lock_rows

OPEN_STATES = ("open", "working", "reopened")
CASE_STATES = [
    ("open", "Not Begun"),
    ("reopened", "Reopened"),
    ("working", "Being Worked On"),
    ("solved", "Solved"),
    ("closed", "Case Closed"),
]
# Who works on a case, who puts others in charge of it, and to whom it is reported.
WORKERS = ("rep", "service")
HEADS = ("service", "supervisor", "manager")
SUPERIORS = ("supervisor", "manager", "hq")


class PropertyCase(models.Model):
    """问题客户: what troubles a client, and who is told of it until it is solved (D6).

    A named superior is told at once, and again when the deadline is over. Who sees the
    client's file sees his cases. What was done stands in `property.case.step`, a ledger
    from which the case of any past day can be read.
    """

    _name = "property.case"
    _description = "Client Case"
    _inherit = ["property.door.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "raised_date DESC, id DESC"
    _door_fields = (
        *("name", "state", "deadline", "result", "closed_date", "is_told_late"),
    )
    _frozen_fields = dict.fromkeys(
        ("kind", "lead_id", "unit_id", "problem", "raised_date"), ()
    ) | dict.fromkeys(("responsible_id", "superior_id"), OPEN_STATES)

    name = fields.Char("Client Case No.", readonly=True, copy=False)
    kind = fields.Selection(
        [("complaint", "Complaint"), ("problem", "Problem"), ("repair", "Repair")],
        required=True,
        default="problem",
    )
    lead_id = fields.Many2one(
        "crm.lead",
        "Client",
        required=True,
        index=True,
        domain="[('project_id', '!=', False)]",
        ondelete="restrict",
    )
    project_id = fields.Many2one(
        related="lead_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    partner_id = fields.Many2one(related="lead_id.partner_id", string="Person", help="")
    user_id = fields.Many2one(related="lead_id.user_id", string="Salesperson")
    unit_id = fields.Many2one(
        "property.unit",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    problem = fields.Text(required=True)
    raised_date = fields.Date(
        "Raised On",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The day the client raised it.",
    )

    # Who answers for it
    responsible_id = fields.Many2one(
        "res.users",
        "Person Responsible",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        domain="[('property_project_ids', 'in', project_id), ('share', '=', False)]",
        ondelete="restrict",
    )
    superior_id = fields.Many2one(
        "res.users",
        "Reported To",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('share', '=', False)]",
        ondelete="restrict",
        help="The superior who is told at once, and again when the deadline is over.",
    )
    deadline = fields.Date(readonly=True, copy=False)
    is_overdue = fields.Boolean(
        "Overdue",
        compute="_compute_is_overdue",
        search="_search_is_overdue",
        help="Not solved, and past its deadline by the project's today.",
    )
    is_told_late = fields.Boolean(
        readonly=True, copy=False, export_string_translation=False
    )

    # What the form offers
    can_assign = fields.Boolean(
        compute="_compute_offers", export_string_translation=False
    )
    can_close = fields.Boolean(
        compute="_compute_offers", export_string_translation=False
    )

    # Where it stands
    state = fields.Selection(
        CASE_STATES,
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    step_ids = fields.One2many("property.case.step", "case_id", "Steps Taken")
    result = fields.Text(readonly=True, copy=False)
    closed_date = fields.Date("Case Closed On", readonly=True, copy=False)

    _raised_idx = models.Index("(project_id, raised_date)")
    _open_idx = models.Index(
        "(project_id, deadline) WHERE state IN ('open', 'working', 'reopened')"
    )

    @api.depends("lead_id")
    def _compute_from_client(self):
        """What is proposed: today, the unit he bought, his rep, the manager."""
        for case in self:
            client = case.lead_id
            project = client.project_id
            case.raised_date = project and project.local_day()
            bought = client.deposit_ids.filtered(
                lambda one: one.state in ("confirmed", "signed")
            )
            case.unit_id = bought[:1].unit_id
            responsible = client.user_id or self.env.user
            case.responsible_id = responsible if client else False
            case.superior_id = project.manager_id

    @api.depends("responsible_id")
    @api.depends_context("uid")
    def _compute_offers(self):
        self.can_assign = self.env.user._has_office_role(*HEADS)
        for case in self:
            case.can_close = case._may_close()

    def _may_close(self):
        """Not who answers for it himself, unless he is the manager"""
        if self.env.user in self.responsible_id:
            return self.env.user._has_office_role("manager")
        return self.env.user._has_office_role(*HEADS)

    def _is_late_on(self, day):
        self.ensure_one()
        return self.state in OPEN_STATES and bool(self.deadline) and self.deadline < day

    @api.depends("state", "deadline")
    def _compute_is_overdue(self):
        for case in self:
            project = case.project_id
            case.is_overdue = bool(project) and case._is_late_on(project.local_day())

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Projects may lie in different time zones: each has its own today.
        projects = self.env["property.project"].sudo().with_context(active_test=False)
        late = Domain("state", "in", OPEN_STATES) & Domain.OR(
            Domain("project_id", "=", project.id)
            & Domain("deadline", "<", project.local_day())
            for project in projects.search([])
        )
        return Domain.OR(late if one else ~late for one in value)

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        """Without the client: the name stands in messages (J1)."""
        for case in self:
            parts = (case.name or self.env._("New Case"), case.unit_id.name)
            case.display_name = " · ".join(filter(None, parts))

    @api.model_create_multi
    def create(self, vals_list):
        """Raise the cases: numbered, with a deadline, and reported at once."""
        self._check_role(*WORKERS)
        cases = super().create(vals_list)
        for case in cases:
            case._check_raised()
            case._check_people()
            case._step(
                "raised",
                name=case._next_number("property.case"),
                deadline=case._deadline_from(case.raised_date),
            )
            case._replan()
        return cases

    def write(self, vals):
        """Another responsible or superior: by who may decide that, and on record."""
        people = {case: (case.responsible_id, case.superior_id) for case in self}
        result = super().write(vals)
        changed = self.filtered(
            lambda case: people[case] != (case.responsible_id, case.superior_id)
        )
        if changed:
            changed._check_role(*HEADS)
            changed._check_people()
            changed._step("assigned")
            changed._replan()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A client's case is closed, not deleted."))

    def _deadline_from(self, day):
        """By the policy of the day it was raised, for its kind (K1)."""
        days = self.project_id._policy_number(day, f"{self.kind}_days")
        return fields.Date.add(day, days=days)

    def _check_raised(self):
        project = self.project_id
        if not project:
            raise UserError(self.env._("Register the client in a project first."))
        if self.raised_date > project.local_day():
            raise UserError(self.env._("A case is not raised before its day."))

    def _check_people(self):
        """:raise UserError: when the responsible or the superior cannot do his part"""
        for case in self:
            for user, roles in (
                (case.responsible_id, WORKERS),
                (case.superior_id, SUPERIORS),
            ):
                of_user = case.with_user(user).with_context(
                    allowed_company_ids=user.sudo().company_ids.ids
                )
                if not user._has_office_role(*roles) or not of_user.has_access("read"):
                    raise UserError(
                        self.env._(
                            "%(user)s cannot be in charge of %(case)s: choose somebody "
                            "who works in the project and sees the client's file; to "
                            "report to, a superior.",
                            user=user.name,
                            case=case.display_name,
                        )
                    )
            if case.superior_id == case.responsible_id:
                raise UserError(
                    self.env._(
                        "%s is responsible: report to somebody else.",
                        case.superior_id.name,
                    )
                )

    # === Steps ===

    def action_start(self):
        """Somebody works on it."""
        return self._take("working", WORKERS, ("open", "reopened"), "started")

    def action_note(self, note):
        """Put on record what was done for the client.

        :raise UserError: without words, or when the case is closed
        """
        self._check_note(note)
        return self._take(None, WORKERS, (*OPEN_STATES, "solved"), "noted", note)

    def action_solve(self, result):
        """It is solved: the superior is asked to look at the result.

        :param result: what came of it, in words
        """
        self._check_note(result)
        return self._take("solved", WORKERS, OPEN_STATES, "solved", result)

    def action_close(self):
        """The client is satisfied: closed, and not by who solved it himself.

        :raise AccessError: for the responsible, unless he is the manager
        """
        self._check_role(*HEADS)
        if not self.env.su and not all(case._may_close() for case in self):
            raise AccessError(
                self.env._(
                    "Who was responsible for a case leaves its closing to others."
                )
            )
        return self._take("closed", HEADS, ("solved",), "closed")

    def action_reopen(self, reason):
        """It was not solved after all: reported anew, with days from today on."""
        self._check_note(reason)
        ended = ("solved", "closed")
        return self._take("reopened", WORKERS, ended, "reopened", reason)

    def _take(self, state, roles, states, action, note=None):
        """One step of the document: to `state`, by who of `roles`, from which states"""
        self._check_role(*roles)
        lock_rows(self)
        self._check_state(*states)
        for case in self:
            case._step(action, note, **case._entering(state, note))
            if state not in (None, "working"):
                case._replan()
        return True

    def _entering(self, state, note):
        """What a case is when it enters `state`; None: it stays in its own."""
        if not state:
            return {}
        today = self.project_id.local_day()
        values = {"state": state}
        match state:
            case "solved":
                values |= {"result": note}
            case "closed":
                values |= {"closed_date": today}
            case "reopened":
                values |= {"result": False, "closed_date": False}
                values |= {
                    "deadline": self._deadline_from(today),
                    "is_told_late": False,
                }
        return values

    def _check_note(self, note):
        if not (note or "").strip():
            raise UserError(self.env._("Say what was done or what came of it."))

    def _step(self, action, note=None, **vals):
        """Write `vals`, and on record who did what and how the case stood then."""
        for case in self.sudo():
            if vals:
                case._write_through(vals)
            case.env["property.case.step"].create(
                {
                    "case_id": case.id,
                    "action": action,
                    "note": note,
                    "state": case.state,
                    "responsible_id": case.responsible_id.id,
                    "superior_id": case.superior_id.id,
                    "deadline": case.deadline,
                }
            )
