from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .form_scope import FormScope, month_bounds
from .form_table import Figure


class PropertyForm(models.AbstractModel):
    """One definition per form, many renderings (design: idea 3).

    A form inherits this model, sets the attributes below and returns its sections
    from `_sections()`. It reads as the user who asks, under his record rules.
    """

    _name = "property.form"
    _inherit = ["property.rows"]
    _description = "Form"

    _code = ""  # as in forms.md: G1, G3…
    # "day", "week", "month"; of lists "range", what happened from a day to another, or
    # "date", what there was at the close of a day
    _period = "day"
    _filters = ()  # what else the viewer asks for: "user", "building", "client"
    # Which tables, columns and lines it has: one more when they change, so that copies
    # filed before are compared by what both have
    _layout = 1
    _adds_up = ()  # filed forms of shorter periods that it sums; empty: its own
    _personal = False  # shows clients' data: marked as internal on every page
    _roles = ()  # office roles that may see it

    @api.model
    def _forms(self):
        """Every form of the registry, in the order of their codes."""
        forms = (
            self.env[name]
            for name in self.env.registry
            if name.startswith("property.form.")
        )
        return sorted(forms, key=lambda form: int(form._code[1:]))

    @api.model
    def _selection(self):
        return [(form._name, form._title()) for form in self._forms()]

    @api.model
    def _title(self):
        return self.env["ir.model"]._get(self._name).sudo().name

    @api.model
    def _sections(self, scope):
        """The sections of the form: a list of `form_table.Section`."""
        raise NotImplementedError

    def _counted(self, label, figure, words):
        """The label of a sum in a list, which says how many it sums and opens them: of
        every list alike.

        :param figure: the number of them
        :param words: what is counted, with a place for the number: "units: %s"
        """
        count = words % figure.value
        text = self.env._("%(label)s (%(count)s)", label=label, count=count)
        return replace(figure, value=text) if figure.opens else text

    # === What the renderings call ===

    @api.model
    @api.readonly
    def compile(self, options):
        """The form as plain data.

        :param options: dict of `project_id`, and where given `date_from`, `date_to`
            (ISO days of the project; its today when omitted), `user_id`, `building_id`,
            `client_id`
        :return: dict of head and sections, JSON-able; see `form_table.Section`
        :raise AccessError: when the user's role or project does not include the form
        """
        return self._compile(options)

    def _compile(self, options, stream=False):
        """What `compile` returns.

        :param stream: leave the rows of each section an iterator, to be read once, in
            the order of the sections
        """
        scope = self._scope(options)
        sections = self._sections(scope)
        return self._head(scope) | {
            "sections": [section.as_json(stream) for section in sections]
        }

    @api.model
    @api.readonly
    def drill(self, options, section, row, column):
        """The action that shows the records behind one figure.

        :param section, row, column: its place in `compile(options)`
        """
        cell = self._sections(self._scope(options))[section].row_at(row).values[column]
        if not isinstance(cell, Figure):
            raise UserError(self.env._("There are no records behind this figure."))
        return {
            "type": "ir.actions.act_window",
            "name": self._title(),
            "res_model": cell.model,
            "views": [[False, "list"], [False, "form"]],
            "domain": cell.records_domain(),
            "context": {"active_test": False, "create": False},
        }

    @api.model
    @api.readonly
    def settings(self):
        """What the viewer offers: the user's projects, the period, today, filters."""
        self._check_form_access()
        projects = self.env["property.project"].search([("active", "=", True)])
        return {
            "title": self._title(),
            "period": self._period,
            "filters": list(self._filters),
            "projects": [self._project_settings(project) for project in projects],
        }

    def _project_settings(self, project):
        settings = {
            "id": project.id,
            "name": project.name,
            "today": project.local_day(),
            "week_start": int(project.week_start),
        }
        if "user" in self._filters:
            settings["users"] = [
                {"id": user.id, "name": user.name}
                for user in project.sudo().user_ids.sorted("name")
                if user._has_office_role("rep")
            ]
        if "building" in self._filters:
            settings["buildings"] = [
                {"id": building.id, "name": building.name}
                for building in project.building_ids
            ]
        return settings

    @api.model
    def _check_rhythm(self, rhythm):
        """:raise ValidationError: when the form has no figures of a "day", "week" or
        "month" """
        if self._period not in ("range", "date", rhythm):
            raise ValidationError(
                self.env._(
                    "%(form)s is a form of a %(period)s: choose that rhythm.",
                    form=self._title(),
                    period={
                        "day": self.env._("day"),
                        "week": self.env._("week"),
                        "month": self.env._("month"),
                    }[self._period],
                )
            )

    # === Scope and head ===

    def _check_form_access(self):
        if not self.env.su and not self.env.user._has_office_role(*self._roles):
            raise AccessError(
                self.env._("Your role in the sales office has no %s.", self._title())
            )

    def _scope(self, options):
        self._check_form_access()
        project = self.env["property.project"].browse(int(options["project_id"]))
        project.check_access("read")
        date_to = (
            fields.Date.to_date(options.get("date_to"))
            or fields.Date.to_date(options.get("date_from"))
            or project.local_day()
        )
        date_from = fields.Date.to_date(options.get("date_from")) or date_to
        if date_from > date_to:
            raise UserError(self.env._("The period ends before it begins."))
        if self._period in ("day", "date"):
            date_from = date_to
        elif self._period == "week":
            date_from, date_to = project.week_bounds(date_to)
        elif self._period == "month":
            date_from, date_to = month_bounds(date_to)
        return FormScope(
            project,
            date_from,
            date_to,
            self._option(options, "user"),
            self._option(options, "building"),
            self._option(options, "client"),
        )

    def _option(self, options, name):
        """The record a filter of this form was set to; none where it has no such."""
        model = {
            "user": "res.users",
            "building": "property.building",
            "client": "crm.lead",
        }[name]
        asked = name in self._filters and int(options.get(f"{name}_id") or 0)
        return self.env[model].browse(asked or [])

    def _threes(self, scope):
        """The figures that come in threes: [(key, heading, scope)] of the period, the
        month to date and the year to date, each once."""
        period = {
            "day": self.env._("Today"),
            "week": self.env._("This Week"),
            "month": self.env._("This Month"),
        }.get(self._period, self.env._("Reporting Period"))
        threes = [("period", period, scope)]
        if self._period != "month":
            month = self.env._("Month to Date")
            threes.append(("month", month, scope.since_month()))
        threes.append(("year", self.env._("Year to Date"), scope.since_year()))
        return threes

    def _head(self, scope):
        project = scope.project
        head = {
            "form": self._name,
            "code": self._code,
            "layout": self._layout,
            "title": self._title(),
            "project_id": project.id,
            "project": project.name,
            "company": project.company_id.name,
            "date_from": scope.date_from.isoformat(),
            "date_to": scope.date_to.isoformat(),
            "filler": self.env.user.name,
            "made": project.local_time(fields.Datetime.now()).isoformat(" ", "minutes"),
            "lang": self.env.lang or "en_US",
            "state": self.env._("Draft"),
            "personal": self._personal,
            "text": "",
            "filing": None,
        }
        if not scope.user and not scope.building and not scope.client:
            head |= self.env["property.filing"]._on_form(self._name, scope)
        return head

    @api.model
    def _file_name(self, form):
        """File name, without ending, of a compiled form."""
        days = {form["date_from"]: 1, form["date_to"]: 1}
        return "_".join((form["title"], form["project"], *days))
