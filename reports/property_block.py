from dataclasses import replace

from odoo import models

from ..models.metric import Tally, parts
from .form_scope import OPENING
from .form_table import Figure
from .metric_reading import Reading, Stretches


class PropertyBlock(models.AbstractModel):
    """What statistics forms have in common: figures of `property.metric` that open
    their facts.

    Sums are of what the reader's rules show: a supervisor's of his teams, all of the
    project for who sees it wholly.
    """

    _name = "property.block"
    _inherit = ["property.rows"]
    _description = "Block of Figures"

    def _facts(self, scope):
        """The facts of a scope: a domain of `property.metric`."""
        first, last = scope.date_from.isoformat(), scope.date_to.isoformat()
        days = [("day", ">=", first), ("day", "<=", last)]
        return [*scope.domain, *(days if scope.date_from > OPENING else days[1:])]

    def _read(self, scope, periods, *groupings, metrics=()):
        """The scope, with figures of all its periods read in one query: what is counted
        of them afterwards asks the database no more.

        :param periods: scopes like it of other days
        :param groupings: tuples of field names of `property.metric`
        :param metrics: which of them may be left out when all are wanted
        """
        facts = self.env["property.metric"]
        reading = Reading(facts, scope, periods, groupings, metrics)
        return replace(scope, readings=(*scope.readings, reading))

    def _tallies(self, scope, *groupby, metrics=()):
        """{group: Tally} of a scope: {(): Tally} of no group, else the key is the value
        of the one field, or a tuple.

        :param metrics: the only ones that are asked for; empty: all
        """
        for reading in scope.readings:
            tallies = reading.tallies(scope, groupby, metrics)
            if tallies is not None:
                return tallies
        scope = self._read(scope, [scope], groupby, metrics=metrics)
        return scope.readings[-1].tallies(scope, groupby, metrics)

    def _facts_of(self, scope, metrics, names, order=None):
        """The facts of some metrics, as records with the fields `names`."""
        stretches = Stretches.of([scope], metrics)
        facts = self.env["property.metric"].with_context(metric_stretches=stretches)
        domain = [*scope.domain, ("metric", "in", metrics)]
        return facts.search_fetch(domain, names, order=order)

    def _ids_of(self, scope, metric):
        """The ids of the records that the facts of a metric were read off."""
        stretches = Stretches.of([scope], (metric,))
        facts = self.env["property.metric"].with_context(metric_stretches=stretches)
        domain = [*scope.domain, ("metric", "=", metric)]
        [(ids,)] = facts._read_group(domain, [], ["res_id:array_agg"])
        return ids or []

    @staticmethod
    def _sum(tallies):
        total = Tally()
        for tally in tallies:
            total += tally
        return total

    def _figure(self, tally, domain, name, measure="number"):
        """A figure of the dictionary, which opens the facts it is made of."""
        facts = [*domain, ("metric", "in", parts(name))]
        return Figure(tally.get(name, measure), "property.metric", domain=facts)

    def _is_partial(self):
        """Whether the reader sees some of a project's figures only."""
        return not self.env.su and not self.env.user._has_office_role(
            "clerk", "manager", "hq"
        )

    def _reps(self, scope, others=()):
        """Whom a form by rep lists: the teams' members whom the reader may see, and
        who has figures without being one of them any more.

        :param others: users with figures, maybe an empty one
        """
        project = scope.project.sudo()
        members = project.team_ids.member_ids & project.user_ids
        if self._is_partial():
            members &= members.browse(self.env.user._office_rep_ids())
        if scope.user:
            members &= scope.user
        members = {
            user: 1
            for team in project.team_ids.sorted("id")
            for user in team.member_ids.sorted("id")
            if user in members
        }
        return [*members, *(user for user in others if user not in members)]
