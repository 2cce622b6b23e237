from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column, table_exists

# B5, B6: what an effective entry must tell when its day is closed.
CALL_COLUMNS = (
    "partner_name",
    "phone",
    "source_id",
    "unit_type_ids",
    "area_wanted",
    "budget",
    "concern_ids",
    "district",
)
REQUIRED_COLUMNS = {
    "call_in": CALL_COLUMNS,
    "visit_first": (*CALL_COLUMNS, "party_size", "purpose", "horizon"),
}
NAMED_IN_MESSAGE = 20  # incomplete entries, so that the message stays readable


class PropertyInteraction(models.Model):
    """What a closing asks of the entries, and how a closed one is put right (B5, B9).

    A closed entry stays as it is. Who finds it wrong adds a correction (更正): it names
    the entry and takes its place in every figure. What was forgotten is added late
    (补录). Both are closed, and so enter the chain, with the next closing.
    """

    _inherit = "property.interaction"  # pylint: disable=consider-merging-classes-inherited

    is_late = fields.Boolean(
        "Late Entry",
        compute="_compute_is_late",
        store=True,
        precompute=True,
        help="Was added after the day it is dated on had been closed.",
    )
    corrects_id = fields.Many2one(
        "property.interaction",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    correction_ids = fields.One2many(
        "property.interaction", "corrects_id", "Corrected By"
    )
    is_corrected = fields.Boolean(
        compute="_compute_is_corrected", search="_search_is_corrected"
    )
    missing_columns = fields.Char("Still Missing", compute="_compute_missing_columns")
    is_incomplete = fields.Boolean(
        compute="_compute_missing_columns", search="_search_is_incomplete"
    )

    # One at most, so that what stands in the figures is never in doubt; a wrong
    # correction is corrected in its turn.
    _corrects_uniq = models.UniqueIndex(
        "(corrects_id) WHERE corrects_id IS NOT NULL",
        "This entry has been corrected already: correct the correction.",
    )
    _open_idx = models.Index("(project_id, date) WHERE state = 'open'")

    def _auto_init(self):
        """An update must not reckon the column of closed entries: they stay."""
        cr, table = self.env.cr, self._table
        if table_exists(cr, table) and not column_exists(cr, table, "is_late"):
            create_column(cr, table, "is_late", "boolean")
        return super()._auto_init()

    @api.depends("date", "project_id")
    def _compute_is_late(self):
        for project, entries in self.grouped("project_id").items():
            end = project._closed_until()
            for entry in entries:
                entry.is_late = bool(end and entry.date and entry.date < end)

    @api.depends("correction_ids")
    def _compute_is_corrected(self):
        """Also by a correction that the user does not see."""
        corrections = self.sudo().search([("corrects_id", "in", self.ids)])
        corrected = set(corrections.corrects_id.ids)
        for entry in self:
            entry.is_corrected = entry.id in corrected

    def _search_is_corrected(self, operator, value):
        if operator != "in":
            return NotImplemented
        corrections = self.sudo()._search([("corrects_id", "!=", False)])
        return Domain("id", "in", corrections.subselect("corrects_id"))

    @api.model
    def _effective_domain(self):
        """The entries every figure counts: valid, and not replaced by a correction."""
        return Domain("is_valid", "=", True) & Domain("is_corrected", "=", False)

    # === Columns ===

    def _missing_columns(self):
        """B5: names of the columns this entry must still fill before it is closed."""
        self.ensure_one()
        if not self.is_valid:
            return []
        return [name for name in REQUIRED_COLUMNS.get(self.kind, ()) if not self[name]]

    @api.depends("kind", "is_valid", *REQUIRED_COLUMNS["visit_first"])
    def _compute_missing_columns(self):
        for entry in self:
            missing = entry._missing_columns() if entry.state == "open" else []
            entry.missing_columns = ", ".join(
                entry._fields[name]._description_string(self.env) for name in missing
            )
            entry.is_incomplete = bool(missing)

    def _search_is_incomplete(self, operator, value):
        if operator != "in":
            return NotImplemented
        return (
            Domain("state", "=", "open")
            & Domain("is_valid", "=", True)
            & Domain.OR(
                Domain("kind", "=", kind)
                & Domain.OR(Domain(name, "=", False) for name in columns)
                for kind, columns in REQUIRED_COLUMNS.items()
            )
        )

    def _check_complete(self):
        """:raise UserError: naming the entries with empty columns; not the clients,
        who may be those of another team"""
        incomplete = self.filtered("is_incomplete")
        if not incomplete:
            return
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        lines = [
            self.env._(
                "%(time)s %(kind)s, %(host)s: %(columns)s",
                time=f"{entry.project_id.local_time(entry.date):%Y-%m-%d %H:%M}",
                kind=kinds[entry.kind],
                host=entry.user_id.name,
                columns=entry.missing_columns,
            )
            for entry in incomplete[:NAMED_IN_MESSAGE]
        ]
        raise UserError(
            self.env._(
                "Entries with columns still to be filled in: %(count)s. Have their "
                "hosts fill them in, or mark an entry as not effective and say why.",
                count=len(incomplete),
            )
            + "\n\n"
            + "\n".join(lines)
            + ("\n…" if len(incomplete) > NAMED_IN_MESSAGE else "")
        )

    # === Corrections ===

    @api.constrains("corrects_id", "project_id")
    def _check_corrects(self):
        for entry in self:
            original = entry.corrects_id.sudo()
            if original and original.state != "closed":
                raise ValidationError(
                    self.env._("This entry is still open: change it itself.")
                )
            if original and original.project_id != entry.project_id:
                raise ValidationError(
                    self.env._("The entry to correct is in another project's register.")
                )

    def action_correct(self):
        """The form of a correction: a new entry, filled with what this one says.

        :raise UserError: when the entry is still open, or corrected already
        """
        self.ensure_one()
        self._check_state("closed")
        if self.is_corrected:
            raise UserError(
                self.env._(
                    "This entry has been corrected already: correct the correction."
                )
            )
        [values] = self.copy_data()
        return {
            "name": self.env._("Correction"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_corrects_id": self.id,
                **{f"default_{name}": value for name, value in values.items()},
            },
        }
