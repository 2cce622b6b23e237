from odoo import api, models

from ..reports.form_sums import against
from ..reports.form_table import Column, Section

FINER = {"day": (), "week": ("day",), "month": ("day", "week")}


class PropertyFiling(models.Model):
    """What a filed form consists of: the form itself, where it differs from the filed
    forms it sums, and in a restatement what moved and why."""

    _inherit = "property.filing"  # pylint: disable=consider-merging-classes-inherited

    def _compile(self, lang=None):
        """The form of the period as it is now, of the whole project."""
        self.ensure_one()
        lang = lang or self.env.lang or self.env.user.lang
        context = {"lang": lang, "tz": self.project_id.sudo().tz}
        form = self.env[self.form].sudo().with_context(**context)
        return form.compile(
            {
                "project_id": self.project_id.id,
                "date_from": self.period_start.isoformat(),
                "date_to": self.period_end.isoformat(),
            }
        )

    def _frozen_form(self, number):
        """The compiled form as it is filed under `number`."""
        form = self._compile()
        changes, differences = {}, self._against_finer(form)
        sections = []
        if self.restatement_of:
            changes = self._changes(form)
            self._check_moved(changes)
            sections += [self._moved_section(changes), self._causes_section(changes)]
        if differences:
            sections.append(self._differences_section(differences))
        form["sections"] += [section.as_json() for section in sections]
        if self.restatement_of:
            state = self.env._(
                "Filed %(number)s, restates %(original)s",
                number=number,
                original=self.restatement_of.name,
            )
        else:
            state = self.env._("Filed %s", number)
        return form | {
            "state": state,
            "text": self.text or "",
            "filing": {
                "id": self.id,
                "status": "filed",
                "changes": changes,
                "differences": differences,
            },
        }

    # === Weeks are the sum of their days ===

    def _against_finer(self, form):
        """Where the form differs from the sum of the filed ones of days or weeks.

        :return: list of {rhythm, missing days or line, column, here, sum}
        """
        found = []
        for rhythm in FINER[self.rhythm]:
            parts = self._finer(rhythm)
            filed = parts.filtered(lambda part: part.state != "due")
            if not parts or (rhythm == "week" and not self._covered_by(parts)):
                continue
            for part in parts - filed:
                found.append(
                    {"rhythm": rhythm, "missing": part.period_start.isoformat()}
                )
            if filed == parts:
                figures = [part._latest().figures for part in filed]
                found += [
                    {"rhythm": rhythm} | difference
                    for difference in against(form, figures)
                ]
        return found

    def _finer(self, rhythm):
        """The filings of shorter periods within this one, restatements apart."""
        form = self.env[self.form]
        if form._period == "date":  # what there is does not add up over days
            return self.browse()
        names = form._adds_up or (self.form,)
        return self.sudo().search(
            [
                ("project_id", "=", self.project_id.id),
                ("form", "in", names),
                ("rhythm", "=", rhythm),
                ("period_start", ">=", self.period_start),
                ("period_end", "<=", self.period_end),
                ("restatement_of", "=", False),
            ],
            order="period_start",
        )

    def _covered_by(self, parts):
        """Whether weeks fill the month: else it is summed by day only."""
        days = sum((part.period_end - part.period_start).days + 1 for part in parts)
        return days == (self.period_end - self.period_start).days + 1

    def _latest(self):
        """The last filed version of what this filing is a version of."""
        self.ensure_one()
        root = self.restatement_of or self
        versions = (root | root.restatement_ids).filtered(
            lambda filing: filing.state != "due"
        )
        return versions.sorted(lambda filing: (filing.filed_date, filing.id))[-1:]

    # === The tables that filing adds ===

    def _differences_section(self, differences):
        section = Section(
            self.env._("Against the Filed Forms"),
            [
                Column("line", self.env._("Line"), width=20),
                Column("column", self.env._("Column"), width=20),
                Column("here", self.env._("Here"), width=14),
                Column("sum", self.env._("Sum of the Filed"), width=14),
            ],
            adds="filing",
        )
        rhythms = dict(self._fields["rhythm"]._description_selection(self.env))
        for one in differences:
            if "missing" in one:
                label = self.env._("Not filed: %s", one["missing"])
                section.add(label, rhythms[one["rhythm"]], "", "")
            else:
                column = f"{one['column']} ({rhythms[one['rhythm']]})"
                section.add(one["line"], column, one["here"], one["sum"])
        return section

    def _moved_section(self, changes):
        section = Section(
            self.env._("What Moved"),
            [
                Column("section", self.env._("Table"), width=16),
                Column("line", self.env._("Line"), width=24),
                Column("column", self.env._("Column"), width=18),
                Column("before", self.env._("As Filed"), width=14),
                Column("after", self.env._("Now"), width=14),
            ],
            adds="filing",
        )
        for one in changes["moved"]:
            section.add(*(one[column.key] for column in section.columns))
        return section

    def _causes_section(self, changes):
        section = Section(
            self.env._("Why"),
            [
                Column("time", self.env._("Entered On"), "datetime", 16),
                Column("user", self.env._("By"), width=10),
                Column("kind", self.env._("What"), width=16),
                Column("record", self.env._("Of"), width=40),
            ],
            adds="filing",
        )
        for one in changes["causes"]:
            section.add(*(one[column.key] for column in section.columns))
        return section

    # === On the form itself ===

    @api.model
    def _on_form(self, form, scope):
        """What a live form says of its filing: {state, text, filing}; nothing of one
        that nobody has to file."""
        domain = [
            ("project_id", "=", scope.project.id),
            ("form", "=", form),
            ("period_end", "=", scope.date_to),
            ("restatement_of", "=", False),
        ]
        if (
            self.env[form]._period != "date"
        ):  # at any rhythm what the last day closed with
            domain.append(("period_start", "=", scope.date_from))
        root = self.sudo().search(domain, limit=1)
        if not root:
            return {}
        last = root._latest() or root
        return {
            "state": last._state_words(),
            "text": last.text or "",
            "filing": {
                "id": last.id,
                "status": "late" if last.is_late else last.state,
                "restated": bool(root.restatement_ids),
            },
        }

    def _state_words(self):
        local = self.project_id.sudo().local_time
        clock = local(self.deadline).isoformat(" ", "minutes")
        person = self.responsible_id.sudo().name
        if self.is_missing:
            words = self.env._("Missing: %(user)s was to file it by %(time)s")
        elif self.state == "due":
            words = self.env._("Draft: %(user)s files it by %(time)s")
        elif self.restatement_of:
            words = self.env._("Restated %(number)s")
        elif self.filed_late:
            words = self.env._("Filed late %(number)s, %(filed)s")
        else:
            words = self.env._("Filed %(number)s")
        filed = self.filed_date and local(self.filed_date).isoformat(" ", "minutes")
        return words % {
            "user": person,
            "time": clock,
            "number": self.name,
            "filed": filed or "",
        }
