from dataclasses import dataclass

from odoo import models
from odoo.fields import Domain

from .form_scope import FormScope
from .form_table import Column, Figure, Section

MOST_FILES = 50  # in one document: a sheet of a workbook, a page and more each


@dataclass(frozen=True)
class ClientFiles:
    """Whose files are made up, as of when; all blocks read for all of them at once."""

    scope: FormScope
    deposits: models.BaseModel

    @property
    def leads(self):
        return self.deposits.lead_id

    @property
    def end(self):
        return self.scope.bounds[1]

    def day(self, moment):
        return self.scope.project.local_day(moment)


class PropertyFormClientFile(models.AbstractModel):
    """G17 成交客户档案: a sheet for each client of whom a sale stood that day.

    What happened is shown up to the close of the day; facts about the person, wishes
    and the plan of payments keep no history and are those of now. Without a client the
    sheets lie behind a list of all sales; of more than `MOST_FILES` clients it comes
    alone. What is in a file: `property.block.file`.
    """

    _name = "property.form.client_file"
    _inherit = ["property.form", "property.block.file"]
    _description = "Sold Client's File"

    _code = "G17"
    _period = "date"
    _personal = True
    _filters = ("user", "client")
    _roles = ("rep", "clerk", "service", "supervisor", "manager", "hq")

    def _sections(self, scope):
        if scope.client:
            scope.client.check_access("read")
        deposits = self._standing(scope)
        files = ClientFiles(scope, deposits)
        if not scope.client and len(files.leads) > MOST_FILES:
            note = self.env._(
                "The files of %(count)s clients are too many for one document: choose "
                "a client, or a rep with at most %(most)s.",
                count=len(files.leads),
                most=MOST_FILES,
            )
            return [self._contents(files, note)]
        sheets = self._sheets(files)
        if scope.client and sheets:
            return sheets
        return [self._contents(files), *sheets]

    def _standing(self, scope):
        deposits = self.env["property.deposit"]
        domain = deposits._standing_domain(scope.bounds[1])
        domain &= Domain("project_id", "=", scope.project.id)
        for name, record in (("user_id", scope.user), ("lead_id", scope.client)):
            if record:
                domain &= Domain(name, "=", record.id)
        return deposits.search(domain, order="confirm_date, id")

    def _contents(self, files, note=""):
        """The sales of whose clients the files are."""
        section = Section(self.env._("Sold Clients"), self._columns(), note=note)
        deposits, project = files.deposits, files.scope.project
        for deposit in deposits:
            lead = deposit.lead_id
            section.add(
                Figure.of(lead.registration_number, lead),
                project.local_day(deposit.confirm_date),
                Figure.of(deposit.partner_id.name, lead),
                f"{deposit.unit_id.name} · {deposit.unit_id.unit_type_id.name}",
                Figure.of(deposit.price, deposit),
                deposit.user_id.name,
            )
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(deposits), deposits),
            self.env._("units: %s"),
        )
        section.add(
            total,
            *[None] * 3,
            Figure.of(round(sum(deposits.mapped("price")), 2), deposits),
            None,
            level="total",
        )
        return section

    def _sheets(self, files):
        sheets = {
            lead: Section(self._sheet_title(lead, some), self._columns(), new_page=True)
            for lead, some in files.deposits.grouped("lead_id").items()
        }
        for title, model, lines_of in self._blocks():
            if not self.env[model].has_access("read"):
                continue
            lines = {}
            for line in lines_of(files):
                lines.setdefault(line.lead, []).append(line)
            for lead, section in sheets.items():
                if lead in lines:
                    self._add_block(section, title, lines[lead])
        return list(sheets.values())

    @staticmethod
    def _sheet_title(lead, deposits):
        return " ".join([lead.contact_name, *deposits.unit_id.mapped("name")])

    def _add_block(self, section, title, lines):
        amounts = [line.amount for line in lines if line.adds]
        total = round(sum(amounts), 2) if amounts else None
        section.add(title, *[None] * 3, total, None, level="subtotal")
        for line in lines:
            section.add(
                None,
                line.day,
                Figure.of(line.matter, line.record),
                line.content,
                line.amount and Figure.of(line.amount, line.record),
                line.who.sudo().name if line.who else None,
            )

    def _columns(self):
        return [
            Column("block", self.env._("Part of the File"), width=12),
            Column("date", self.env._("Date"), "date", 10),
            Column("matter", self.env._("Matter"), width=16),
            Column("content", self.env._("Content"), width=44),
            Column("amount", self.env._("Amount"), "money", 14),
            Column("who", self.env._("Handled by"), width=9),
        ]
