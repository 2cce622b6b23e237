from odoo import fields, models
from odoo.tools import SQL

from .property_installment import INSTALLMENT_STATES
from .property_installment_ageing import AGEING, FIRST_DAY
from .property_payment_plan import INSTALLMENT_KINDS, PAYMENT_METHODS


class PropertyCollectionReport(models.Model):
    """Instalments of live contracts as rows to count, with how late they are (F3).

    The projects' todays are put into the query when it is asked: plain rows, no
    aggregate, right at midnight.
    """

    _name = "property.collection.report"
    _description = "Collection Analysis"
    _auto = False
    _order = "due_date, id"
    _depends = {
        "property.installment": [
            *("contract_id", "name", "kind", "due_date", "expected_date"),
            *("deferred_until", "amount", "paid_amount", "residual", "project_id"),
            *("lead_id", "user_id"),
        ],
        "property.contract": ["state", "unit_id", "payment_method", "deposit_id"],
        "property.deposit": ["partner_id"],
        "property.unit": ["building_id"],
    }

    installment_id = fields.Many2one("property.installment", readonly=True)
    contract_id = fields.Many2one("property.contract", readonly=True)
    project_id = fields.Many2one("property.project", readonly=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one("crm.lead", "Client", readonly=True)
    partner_id = fields.Many2one("res.partner", "Purchaser", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    name = fields.Char(readonly=True)
    kind = fields.Selection(INSTALLMENT_KINDS, readonly=True)
    payment_method = fields.Selection(PAYMENT_METHODS, readonly=True)
    due_date = fields.Date(readonly=True)
    expected_date = fields.Date(readonly=True)
    deferred_until = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    paid_amount = fields.Monetary(readonly=True)
    residual = fields.Monetary(readonly=True)
    overdue_amount = fields.Monetary(readonly=True)
    overdue_days = fields.Integer("Days Late", readonly=True, aggregator="max")
    ageing = fields.Selection(
        [*AGEING, ("paid", "Paid")], readonly=True, group_expand="_expand_ageing"
    )
    state = fields.Selection(INSTALLMENT_STATES, readonly=True)

    def _expand_ageing(self, bands, domain):
        """All bands in order, whether anything is as late or not."""
        return [band for band, _label in AGEING] + sorted({"paid"} & set(bands))

    @property
    def _table_query(self):
        installments = self.env["property.installment"]
        days = SQL(", ").join(
            SQL("(%s, %s::date)", project.id, today)
            for project, today in installments._todays()
        )
        late = SQL("(i.residual > 0 AND i.due_date < t.today)")
        kept = SQL("COALESCE(i.deferred_until >= t.today, FALSE)")
        overdue = SQL("(%s AND NOT %s)", late, kept)
        bands = SQL(" ").join(
            SQL("WHEN t.today - i.due_date >= %s THEN %s", first, band)
            for band, first in reversed(FIRST_DAY.items())
        )
        return SQL(
            """
            SELECT i.id, i.id AS installment_id, i.contract_id, i.project_id,
                   i.lead_id, i.user_id, i.name, i.kind, i.due_date, i.expected_date,
                   i.deferred_until, i.amount, i.paid_amount, i.residual,
                   d.partner_id, c.unit_id, c.payment_method, u.building_id,
                   CASE WHEN %(overdue)s THEN i.residual ELSE 0 END AS overdue_amount,
                   CASE WHEN %(overdue)s THEN t.today - i.due_date ELSE 0 END
                       AS overdue_days,
                   CASE WHEN i.residual <= 0 THEN 'paid'
                        WHEN NOT COALESCE(%(overdue)s, FALSE) THEN 'not_due'
                        %(bands)s END AS ageing,
                   CASE WHEN i.residual <= 0 THEN 'paid'
                        WHEN %(late)s AND %(kept)s THEN 'deferred'
                        WHEN %(overdue)s THEN 'overdue'
                        WHEN i.paid_amount > 0 THEN 'partial'
                        ELSE 'pending' END AS state
              FROM property_installment i
              JOIN property_contract c ON c.id = i.contract_id
              JOIN property_deposit d ON d.id = c.deposit_id
              JOIN property_unit u ON u.id = c.unit_id
              JOIN (VALUES %(days)s) AS t (project_id, today)
                ON t.project_id = i.project_id
             WHERE c.state IN ('signed', 'filed', 'delivered')
            """,
            overdue=overdue,
            late=late,
            kept=kept,
            bands=bands,
            days=days or SQL("(0, NULL::date)"),
        )

    def action_open_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }
