from odoo import models

from ..models.metric import Tally, parts
from .form_table import Figure


class PropertyBlock(models.AbstractModel):
    """What statistics forms have in common: figures of `property.metric` that open
    their facts.

    Sums are of what the reader's rules show: a supervisor's of his teams, all of the
    project for who sees it wholly.
    """

    _name = "property.block"
    _description = "Block of Figures"

    def _facts(self, scope):
        """The facts of a scope: a domain of `property.metric`."""
        domain = [
            ("project_id", "=", scope.project.id),
            ("day", ">=", scope.date_from.isoformat()),
            ("day", "<=", scope.date_to.isoformat()),
        ]
        for name, record in (("user_id", scope.user), ("building_id", scope.building)):
            if record:
                domain.append((name, "=", record.id))
        return domain

    def _tally(self, domain, *groupby):
        return self.env["property.metric"]._tally(domain, groupby)

    @staticmethod
    def _sum(tallies):
        total = Tally()
        for tally in tallies:
            total += tally
        return total

    def _figure(self, tally, domain, name, measure="number"):
        """A figure of the dictionary, which opens the facts it is made of."""
        return Figure.where(
            tally.get(name, measure),
            "property.metric",
            [*domain, ("metric", "in", parts(name))],
        )

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
        members = members.sorted(lambda user: (user.crm_team_ids[:1].id, user.id))
        return [*members, *(user for user in others if user not in members)]
