import base64
from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .price_list import MESSAGES, PriceListError, read_price_list
from .property_unit_import_check import PRICES, PriceListCheck

SHOWN_REFUSALS = 10
FILING = "备案"


class PropertyUnitImport(models.TransientModel):
    """Make and update units from a price list (A1), or fill a price version (A7).

    The file is read and judged anew by every check and by the import itself: whatever
    is shown, only what holds at that moment is written, and all of it or nothing.
    """

    _name = "property.unit.import"
    _description = "Import of Units"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env["property.project"]._only(),
    )
    version_id = fields.Many2one(
        "property.price.version",
        "Price Version",
        help="The prices of the list go to it; units are not made or changed.",
    )
    currency_id = fields.Many2one(related="project_id.currency_id")
    data = fields.Binary("Price List", attachment=False)
    filename = fields.Char()

    # What the file seems to say; the user may say otherwise
    proposal = fields.Json(
        compute="_compute_proposal", store=True, export_string_translation=False
    )
    column_ids = fields.One2many(
        "property.unit.import.column",
        "import_id",
        compute="_compute_column_ids",
        store=True,
        readonly=False,
    )
    is_filing = fields.Boolean(
        "These are the filed prices",
        compute="_compute_is_filing",
        store=True,
        readonly=False,
        help="A list with one kind of price gives both the list price and the filed "
        "price of a unit.",
    )
    permit_number = fields.Char(compute="_compute_permit", store=True, readonly=False)
    permit_date = fields.Date(
        "Permit Issued On",
        compute="_compute_permit",
        store=True,
        readonly=False,
        help="Proposed is the date of the price list: correct it where they differ.",
    )
    is_permit_linked = fields.Boolean(
        "Put the permit on file",
        compute="_compute_permit",
        store=True,
        readonly=False,
        help="Makes the presale permit where the project has none of this number, and "
        "links the list's buildings to it unless they have one.",
    )

    # What the last check found
    is_checked = fields.Boolean(
        compute="_compute_is_checked", store=True, readonly=False
    )
    notice = fields.Text(compute="_compute_notice", store=True, readonly=False)
    line_ids = fields.One2many("property.unit.import.line", "import_id", "Rows")
    unit_count = fields.Integer("Rows Read", readonly=True)
    amount_total = fields.Monetary("Sum of Prices", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    update_count = fields.Integer("To Update", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    warning_count = fields.Integer("With a Warning", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)

    # === The proposal ===

    @api.depends("data", "project_id")
    def _compute_proposal(self):
        for wizard in self:
            try:
                wizard.proposal = wizard._propose() if wizard.data else {}
            except UserError as error:
                wizard.proposal = {"notice": str(error)}

    def _propose(self):
        price_list = self._read(self.project_id.price_mapping)
        columns = {
            column.label: {
                "label": column.label,
                "sample": table.sample(column),
                "target": column.field,
                "unit": column.unit,
            }
            for table in price_list.tables
            for column in table.columns
        }
        names = [self.filename or "", *columns]
        return {
            "columns": list(columns.values()),
            "permit_number": price_list.permit_number,
            "permit_date": fields.Date.to_string(price_list.date),
            "is_filing": bool(price_list.permit_number)
            or any(FILING in name for name in names),
            "notice": self._notice(price_list),
        }

    @api.depends("proposal")
    def _compute_column_ids(self):
        for wizard in self:
            columns = (wizard.proposal or {}).get("columns", [])
            wizard.column_ids = [
                Command.clear(),
                *(Command.create(column) for column in columns),
            ]

    @api.depends("proposal")
    def _compute_is_filing(self):
        for wizard in self:
            wizard.is_filing = (wizard.proposal or {}).get("is_filing", False)

    @api.depends("proposal")
    def _compute_permit(self):
        for wizard in self:
            proposal = wizard.proposal or {}
            wizard.permit_number = proposal.get("permit_number")
            wizard.permit_date = proposal.get("permit_date")
            wizard.is_permit_linked = bool(
                wizard.permit_number and not wizard.version_id
            )

    @api.depends("proposal")
    def _compute_notice(self):
        for wizard in self:
            wizard.notice = (wizard.proposal or {}).get("notice")

    @api.depends(
        "data", "project_id", "is_filing", "column_ids.target", "column_ids.unit"
    )
    def _compute_is_checked(self):
        self.is_checked = False

    # === Reading ===

    def _read(self, mapping):
        """:raise UserError: when the file as a whole cannot be read"""
        data = base64.b64decode(self.with_context(bin_size=False).data or b"")
        try:
            return read_price_list(data, self.filename or "", mapping)
        except PriceListError as error:
            message = self.env._(error.message, **error.kwargs)
            raise UserError(message) from error

    def _say(self, problem):
        """A problem the reader found, in the user's language."""
        kwargs = dict(problem.kwargs)
        if "field" in kwargs:
            column = self.env["property.unit.import.column"]
            labels = dict(column._fields["target"]._description_selection(self.env))
            kwargs["field"] = labels.get(kwargs["field"], kwargs["field"])
        return self.env._(MESSAGES[problem.code], **kwargs)

    def _mapping(self):
        return {**(self.project_id.price_mapping or {}), **self.column_ids._saved()}

    def _notice(self, price_list):
        """What is to be known of the file before anything of it is imported."""
        notices = [self._say(problem) for problem in price_list.warnings]
        named, project = price_list.project_name, self.project_id.name or ""
        if named and project and named not in project and project not in named:
            notices.append(
                self.env._(
                    "The file is of project %(named)s, not of %(project)s.",
                    named=named,
                    project=project,
                )
            )
        return "\n".join(notices)

    # === Actions ===

    def action_check(self):
        """Read the file and show what an import would do with every row of it."""
        self._check()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "name": self.env._("Load Prices")
            if self.version_id
            else self.env._("Import Units"),
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _check(self):
        self.ensure_one()
        self.project_id.check_access("read")
        price_list = self._read(self._mapping())
        if not price_list.rows:
            raise UserError(
                self.env._("%s names no unit below its column titles.", self.filename)
            )
        lines = PriceListCheck(self, price_list.rows).lines()
        counts = Counter(line["verdict"] for line in lines)
        accepted = [line for line in lines if line["verdict"] != "refused"]
        known = [line for line in accepted if line["unit_id"]]
        updated = [line for line in known if line["values"]]
        self.line_ids.unlink()
        self.env["property.unit.import.line"].create(lines)
        self.write(
            {
                "is_checked": True,
                "notice": self._notice(price_list),
                "unit_count": len(lines),
                "amount_total": sum(line["price"] for line in lines),
                "new_count": len(accepted) - len(known),
                "update_count": len(updated),
                "unchanged_count": len(known) - len(updated),
                "warning_count": counts["warning"],
                "refused_count": counts["refused"],
            }
        )

    def action_import(self):
        """Import the whole file, or nothing of it when a row is refused."""
        self._check()
        refused = self.line_ids.filtered(lambda line: line.verdict == "refused")
        if refused:
            raise UserError(self._refusal(refused))
        self.project_id.sudo().price_mapping = self._mapping()
        if self.version_id:
            return self._fill_version()
        self._import(self.line_ids)
        return self.project_id.action_open_units()

    def _fill_version(self):
        priced = self.line_ids.filtered(
            lambda line: line.unit_id and not PRICES.isdisjoint(line.values or {})
        )
        self.version_id._fill(
            {
                line.unit_id: {"list_price": line.unit_id.list_price} | line.values
                for line in priced
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.price.version",
            "res_id": self.version_id.id,
            "view_mode": "form",
        }

    def _refusal(self, refused):
        rows = "\n".join(
            self.env._(
                "Sheet %(sheet)s, row %(row)s: %(reason)s",
                sheet=line.sheet,
                row=line.row,
                reason=line.message,
            )
            for line in refused[:SHOWN_REFUSALS]
        )
        return self.env._(
            "%(refused)s of %(count)s rows are refused, so nothing was imported. "
            "Correct them in the file and choose it again:\n%(rows)s",
            refused=len(refused),
            count=self.unit_count,
            rows=rows,
        )

    def _import(self, lines):
        buildings = self._named("property.building", lines.mapped("building"))
        values = [(line, dict(line.values or {})) for line in lines]
        types = self._named(
            "property.unit.type",
            [vals["unit_type"] for _line, vals in values if "unit_type" in vals],
        )
        vals_list = []
        for line, vals in values:
            if name := vals.pop("unit_type", None):
                vals["unit_type_id"] = types[name].id
            if not line.unit_id:
                building = buildings[line.building]
                place = {"entrance": line.entrance, "room": line.room}
                vals_list.append({"building_id": building.id, **place, **vals})
            elif vals:
                line.unit_id.write(vals)
        self.env["property.unit"].create(vals_list)
        if self.is_permit_linked and self.permit_number:
            self._link_permit(self.env["property.building"].union(*buildings.values()))

    def _named(self, model, names):
        """:return: {name: record} of the project, made where it has none"""
        names = list(dict.fromkeys(names))
        project = self.project_id
        domain = [("project_id", "=", project.id), ("name", "in", names)]
        records = self.env[model].search(domain)
        known = set(records.mapped("name"))
        records += records.create(
            [
                {"project_id": project.id, "name": name}
                for name in names
                if name not in known
            ]
        )
        return {record.name: record for record in records}

    def _link_permit(self, buildings):
        key = {"project_id": self.project_id.id, "number": self.permit_number}
        permits = self.env["property.permit"]
        permit = permits.search([(name, "=", value) for name, value in key.items()])
        if not permit and not self.permit_date:
            raise UserError(
                self.env._("Enter the day on which the presale permit was issued.")
            )
        permit = permit or permits.create({**key, "issue_date": self.permit_date})
        buildings.filtered(lambda building: not building.permit_id).permit_id = permit
