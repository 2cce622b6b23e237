from odoo import api, fields, models
from odoo.exceptions import UserError

from ..reports.form_diff import moved
from .property_filing_rule import clock_of

CAUSES_SHOWN = 50


class PropertyFiling(models.Model):
    """What moves behind a filed form becomes a restatement: the filed one stays."""

    _inherit = "property.filing"  # pylint: disable=consider-merging-classes-inherited

    def action_check(self):
        """Compare filed forms with the records of now; what moved is to be restated.

        :return: the restatement that is open, or a notice that nothing has moved
        """
        self._check_role("manager", "hq", "clerk", "finance", "supervisor")
        roots = self.restatement_of | self.filtered(lambda one: not one.restatement_of)
        roots._check_state("filed", "approved")
        restatements = roots.sudo()._restate()
        if restatements:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Restatements"),
                "res_model": self._name,
                "views": [(False, "list"), (False, "form")],
                "domain": [("id", "in", restatements.ids)],
            }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The figures are still those that were filed."),
            },
        }

    def _restate(self):
        """Open a restatement of each form of `self` that has moved, or keep the open
        one up to date; one that is not needed any more goes.

        :return: the open restatements
        """
        opened = self.browse()
        for root in self:
            changes = root._changes()
            draft = root.restatement_ids.filtered(lambda one: one.state == "due")
            if not changes["moved"]:
                draft.unlink()
                continue
            if not draft:
                draft = root._open_restatement()
            draft._write_through({"changes": changes})
            opened |= draft
        return opened

    def _open_restatement(self):
        project = self.project_id
        day = project.open_day(fields.Date.add(project.local_day(), days=1))
        hour = self.rule_id.deadline_hour or 20
        responsible = self.responsible_id
        if responsible not in project.user_ids or not responsible.active:
            responsible = self.rule_id._responsible() or project.manager_id
        draft = self.create(
            {
                "rule_id": self.rule_id.id,
                "form": self.form,
                "rhythm": self.rhythm,
                "project_id": project.id,
                "period_start": self.period_start,
                "period_end": self.period_end,
                "approver_role": self.approver_role,
                "deadline": project.utc_moment(day, clock_of(hour)),
                "responsible_id": responsible.id,
                "restatement_of": self.id,
            }
        )
        draft._remind()
        return draft

    def _changes(self, form=None):
        """What moved since the last version was filed, and what was entered since.

        :param form: the form as it is now; compiled when omitted
        :return: {moved, causes}
        """
        latest = self.sudo()._latest()
        if form is None or form["lang"] != latest.figures["lang"]:
            form = latest._compile(latest.figures["lang"])
        changes = moved(latest.figures, form)
        causes = latest._causes() if changes else []
        return {"moved": changes, "causes": causes, "of": latest.name}

    def _check_moved(self, changes):
        if not changes["moved"]:
            raise UserError(
                self.env._(
                    "Nothing has moved since %s was filed: nothing is to be restated.",
                    changes["of"],
                )
            )

    # === Why ===

    def _causes(self):
        """What was entered or changed after this version was filed, of its period.

        :return: list of {time, user, kind, record}, in the project's time
        """
        start, end = self.project_id.day_bounds(self.period_start, self.period_end)
        rows = []
        for model, date in self._sources():
            records = self.env[model].sudo().with_context(active_test=False)
            is_day = records._fields[date].type == "date"
            days = (self.period_start, self.period_end) if is_day else (start, end)
            found = records.search(
                [
                    ("project_id", "=", self.project_id.id),
                    (date, ">=", days[0]),
                    (date, "<=" if is_day else "<", days[1]),
                    ("write_date", ">", self.filed_date),
                ],
                order="write_date",
                limit=CAUSES_SHOWN,
            )
            rows += [self._cause(record) for record in found]
        return sorted(rows, key=lambda row: row["time"])[:CAUSES_SHOWN]

    @api.model
    def _sources(self):
        """(model, the field with the day of the fact)"""
        return [
            ("property.interaction", "date"),
            ("property.unit.event", "date"),
            ("property.deposit", "confirm_date"),
            ("property.contract", "sign_date"),
            ("property.receipt", "date"),
        ]

    def _cause(self, record):
        """One line, without a client's name: a number or a time tells which it is."""
        late = record.create_date > self.filed_date
        if record._name == "property.interaction":
            kind = (
                self.env._("Correction in the register")
                if record.corrects_id
                else self.env._("Late entry in the register")
                if late
                else self.env._("Change in the register")
            )
            label = f"{self.project_id.local_time(record.date):%Y-%m-%d %H:%M}"
        else:
            kind = self.env["ir.model"]._get(record._name).sudo().name
            is_move = record._name == "property.unit.event"
            label = record.unit_id.name if is_move else record.name
        author = record.create_uid if late else record.write_uid
        moment = record.create_date if late else record.write_date
        return {
            "time": self.project_id.local_time(moment).isoformat(" ", "minutes"),
            "user": author.name,
            "kind": kind,
            "record": label,
        }
