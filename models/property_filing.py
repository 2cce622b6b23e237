import json
from base64 import b64decode, b64encode
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .property_door import lock_rows
from .property_filing_rule import FILERS, RHYTHMS


class PropertyFiling(models.Model):
    """A form of a period that someone must file (填报, G21).

    due → filed → approved. Filing freezes the figures as JSON and attaches the PDF and
    the workbook made of them; none of it changes any more, through no door. What moves
    behind a filed form becomes a restatement: a filing of its own that names the one it
    restates, what moved and why (`property_filing_restatement.py`).

    The figures are those of the whole project, whoever files.
    """

    _name = "property.filing"
    _description = "Filing"
    _inherit = ["property.door.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "period_end DESC, project_id, form, id DESC"

    _fixed = (
        "rule_id",
        "form",
        "rhythm",
        "project_id",
        "period_start",
        "period_end",
        "deadline",
        "approver_role",
        "restatement_of",
    )
    _door_fields = (
        "name",
        "state",
        "filed_by_id",
        "filed_date",
        "filed_late",
        "approved_by_id",
        "approved_date",
        "figures",
        "figures_hash",
        "pdf_hash",
        "xlsx_hash",
        "changes",
        "differences",
        "pdf",
        "pdf_name",
        "xlsx",
        "xlsx_name",
        "penalty",
        "penalty_reason",
    )
    _frozen_fields = dict.fromkeys(_fixed, ()) | {
        "responsible_id": ("due",),
        "text": ("due",),
    }

    name = fields.Char("Filed No.", readonly=True, copy=False, index="trigram")
    rule_id = fields.Many2one(
        "property.filing.rule", index="btree_not_null", ondelete="set null"
    )
    form = fields.Selection(
        lambda self: self.env["property.form"]._selection(), required=True
    )
    rhythm = fields.Selection(RHYTHMS, required=True)
    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    period_start = fields.Date(required=True)
    period_end = fields.Date(required=True)
    responsible_id = fields.Many2one("res.users", required=True, index=True)
    approver_role = fields.Selection(
        [("manager", "Manager"), ("hq", "Head Office")], required=True, readonly=True
    )
    deadline = fields.Datetime(required=True)
    state = fields.Selection(
        [("due", "Due"), ("filed", "Form Filed"), ("approved", "Approved")],
        default="due",
        required=True,
        tracking=True,
    )
    text = fields.Text(
        "Words", help="What was done and is planned, judgement, problems."
    )

    # What was filed
    filed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    filed_date = fields.Datetime("Filed On", readonly=True, copy=False)
    filed_late = fields.Boolean(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_date = fields.Datetime("Approved On", readonly=True, copy=False)
    figures = fields.Json(readonly=True, copy=False, prefetch=False)
    figures_hash = fields.Char("Hash of the Figures", readonly=True, copy=False)
    pdf = fields.Binary("PDF", readonly=True, copy=False)
    pdf_name = fields.Char(readonly=True, copy=False)
    pdf_hash = fields.Char("Hash of the PDF", readonly=True, copy=False)
    xlsx = fields.Binary("Workbook", readonly=True, copy=False)
    xlsx_name = fields.Char(readonly=True, copy=False)
    xlsx_hash = fields.Char("Hash of the Workbook", readonly=True, copy=False)
    differences = fields.Json(readonly=True, copy=False, prefetch=False)
    difference_count = fields.Integer(compute="_compute_counts")

    # Late, missing, what the policy says to it
    is_late = fields.Boolean(
        "Late",
        compute="_compute_is_late",
        search="_search_is_late",
        help="Filed after the deadline, or not filed and the deadline is over.",
    )
    is_missing = fields.Boolean(
        "Missing", compute="_compute_is_late", search="_search_is_missing"
    )
    penalty = fields.Float(
        "Penalty Proposed", readonly=True, copy=False, digits=(16, 2)
    )
    penalty_reason = fields.Selection(
        [("late", "Filed Late"), ("missing", "Not Filed")], readonly=True, copy=False
    )

    # Restatements
    restatement_of = fields.Many2one(
        "property.filing", index="btree_not_null", ondelete="restrict"
    )
    restatement_ids = fields.One2many("property.filing", "restatement_of")
    changes = fields.Json(readonly=True, copy=False, prefetch=False)
    change_count = fields.Integer(compute="_compute_counts")

    _period_uniq = models.UniqueIndex(
        "(project_id, form, rhythm, period_start) WHERE restatement_of IS NULL",
        "This form of the period is on the list of what is filed already.",
    )
    _open_restatement_uniq = models.UniqueIndex(
        "(restatement_of) WHERE state = 'due'",
        "A restatement of this form is open already.",
    )
    _responsible_idx = models.Index("(responsible_id, deadline) WHERE state = 'due'")
    _state_idx = models.Index("(project_id, state, deadline)")

    @api.depends("name", "form", "period_start", "period_end")
    def _compute_display_name(self):
        titles = dict(self.env["property.form"]._selection())
        for filing in self:
            days = dict.fromkeys((filing.period_start, filing.period_end))
            parts = (filing.name, titles.get(filing.form), " – ".join(map(str, days)))
            filing.display_name = " · ".join(part for part in parts if part)

    @api.depends("figures_hash")
    def _compute_counts(self):
        for filing in self:
            filing.difference_count = len(filing.differences or [])
            filing.change_count = len((filing.changes or {}).get("moved", []))

    @api.depends("state", "deadline", "filed_late")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for filing in self:
            filing.is_missing = filing.state == "due" and filing.deadline < now
            filing.is_late = filing.filed_late or filing.is_missing

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("filed_late", "=", True) | self._missing_domain()
        return late if True in value else ~late

    def _search_is_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._missing_domain() if True in value else ~self._missing_domain()

    def _missing_domain(self):
        return Domain("state", "=", "due") & Domain(
            "deadline", "<", fields.Datetime.now()
        )

    def write(self, vals):
        if "responsible_id" in vals:
            self._check_role("manager", "hq")
        elif "text" in vals:
            self._check_files()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        if any(filing.state != "due" or not filing.restatement_of for filing in self):
            raise UserError(self.env._("What must be filed stays on the list."))

    # === Steps ===

    def _check_files(self):
        """:raise AccessError: for anyone but the responsible and the managers"""
        self._check_role(*FILERS)
        others = self.filtered(lambda filing: filing.responsible_id != self.env.user)
        if others:
            others._check_role("manager", "hq")

    def action_file(self):
        """Freeze the figures of now, with both files.

        :raise UserError: before the period's last day, or when filed already
        """
        self._check_files()
        self._check_state("due")
        lock_rows(self)
        self._check_state("due")
        for filing in self:
            filing._file()
        return True

    def _file(self):
        self.env[self.form]._check_form_access()
        now = fields.Datetime.now()
        if self.period_end > self.project_id.local_day(now):
            raise UserError(
                self.env._(
                    "%(filing)s can be filed from %(day)s on: the period is not over.",
                    filing=self.display_name,
                    day=self.period_end,
                )
            )
        name = self._next_number("property.filing")
        late = now > self.deadline
        form = self._frozen_form(name)
        filing = self.sudo()
        filing._write_through(
            {
                "name": name,
                "state": "filed",
                "filed_by_id": self.env.uid,
                "filed_date": now,
                "filed_late": late,
                "figures": form,
                "figures_hash": self._hash_json(form),
                "changes": form["filing"]["changes"],
                "differences": form["filing"]["differences"],
                **self._files(form),
                **self._penalty("late" if late else self.penalty_reason),
            }
        )
        filing.activity_unlink(["crm_property_sales.mail_activity_type_filing"])

    def _files(self, form):
        """Both renderings of the frozen form, with their hashes."""
        values = {}
        for fmt in ("pdf", "xlsx"):
            name, content = self.env[self.form]._render_form(form, fmt)
            values |= {
                fmt: b64encode(content),
                f"{fmt}_name": name,
                f"{fmt}_hash": sha256(content).hexdigest(),
            }
        return values

    def _penalty(self, reason):
        """What the policy of the deadline's day proposes: conduct decides (H4)."""
        if not reason:
            return {}
        policy = self.project_id.policy(self.project_id.local_day(self.deadline))
        return {"penalty_reason": reason, "penalty": policy[f"filing_{reason}_fine"]}

    def action_approve(self):
        """The superior approves what someone else has filed."""
        self._check_state("filed")
        lock_rows(self)
        self._check_state("filed")
        for filing in self:
            filing._check_role(filing.approver_role)
            if filing.filed_by_id == self.env.user:
                raise AccessError(
                    self.env._("What you filed yourself is for another to approve.")
                )
        self.sudo()._write_through(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_date": fields.Datetime.now(),
            }
        )
        return True

    def action_open_form(self):
        """The filed form as it was filed; of a due one the figures of now."""
        self.ensure_one()
        self.check_access("read")
        params = {
            "form": self.form,
            "options": {
                "project_id": self.project_id.id,
                "date_from": self.period_start,
                "date_to": self.period_end,
            },
        }
        if self.state != "due":
            params["filing_id"] = self.id
        return {
            "type": "ir.actions.client",
            "tag": "property_form",
            "name": self.display_name,
            "params": params,
        }

    @api.readonly
    def read_figures(self):
        """The frozen form, as `property.form.compile` gives a live one."""
        self.ensure_one()
        self.check_access("read")
        return self.figures

    @staticmethod
    def _hash_json(form):
        text = json.dumps(form, sort_keys=True, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def _is_intact(self):
        """Whether figures and files are still those that were filed."""
        self.ensure_one()
        filing = self.sudo().with_context(bin_size=False)
        return filing.figures_hash == self._hash_json(filing.figures) and all(
            sha256(b64decode(filing[fmt] or b"")).hexdigest() == filing[f"{fmt}_hash"]
            for fmt in ("pdf", "xlsx")
        )
