from odoo import models

from .form_table import Column, Figure, Section


class PropertyBlockDeferrals(models.AbstractModel):
    """Payments deferred in a period, and what had become of the promises when it
    closed: one place for G6 and G15."""

    _name = "property.block.deferrals"
    _inherit = ["property.block"]
    _description = "Block of Deferrals"

    def _deferrals(self, scope):
        """Those approved in the period, in order."""
        return self.env["property.deferral"].search(
            scope.happened("approved_date"), order="approved_date, id"
        )

    def _outcomes(self):
        return {
            "running": self.env._("Not Yet Due"),
            "kept": self.env._("Kept"),
            "broken": self.env._("Broken"),
            "ended": self.env._("No Longer Due"),
        }

    def _outcome(self, deferral, day):
        """What a promise had come to at the close of `day`; one that is mended later,
        by money paid in time and confirmed late, was broken until then."""
        judged = deferral.judged_date
        if judged and judged <= day and deferral.state in ("kept", "cancelled"):
            return "kept" if deferral.state == "kept" else "ended"
        return "broken" if deferral.promise_date < day else "running"

    def _deferral_summary(self, scope):
        """Number and amount by what the promises came to."""
        section = Section(self.env._("Deferred Payments"), self._summary_columns())
        periods = [
            [
                (one, self._outcome(one, scope.closing_day))
                for one in self._deferrals(part)
            ]
            for part in (scope, scope.since_year())
        ]
        for outcome, label in (
            *self._outcomes().items(),
            (None, self.env._("Total")),
        ):
            figures = []
            for deferrals in periods:
                some = self.env["property.deferral"].browse(
                    one.id for one, what in deferrals if outcome in (None, what)
                )
                amount = round(sum(some.mapped("amount")), 2)
                figures += [Figure.of(len(some), some), Figure.of(amount, some)]
            section.add(label, *figures, level="line" if outcome else "total")
        return section

    def _summary_columns(self):
        number, amount = self.env._("Number of Payments"), self.env._("Yuan")
        period, year = self.env._("In the Period"), self.env._("Year to Date")
        return [
            Column("outcome", self.env._("Promise Fulfilled"), width=14),
            Column("number", number, "integer", 8, period),
            Column("amount", amount, "money", 14, period),
            Column("year_number", number, "integer", 8, year),
            Column("year_amount", amount, "money", 14, year),
        ]
