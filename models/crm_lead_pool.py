from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .property_door import lock_rows


class CrmLead(models.Model):
    """Out of the free pool: claimed by a rep, or assigned to one by a manager (C3)."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    _free_idx = models.Index(
        "(project_id, last_contact_date DESC, id DESC) INCLUDE (client_class, grade) "
        "WHERE project_id IS NOT NULL AND user_id IS NULL AND active IS TRUE "
        "AND is_sold IS NOT TRUE"
    )

    def _claim(self):
        """Give the free client to the user, who asks for him.

        :raise AccessError: for who is no rep
        :raise UserError: when he is not free (any more) in a project of the user's,
            when the user let him go lately, or has claimed enough for today
        """
        self.ensure_one()
        user = self.env.user
        if not user._has_office_role("rep"):
            raise AccessError(self.env._("Only a rep claims a client for himself."))
        # Written, not only locked: a claim at the same moment on another screen of his
        # fails at this row, runs again, and counts this one.
        self.env.cr.execute(
            SQL("UPDATE res_users SET write_date = write_date WHERE id = %s", user.id)
        )
        client = self._lock_free()
        project = client.project_id
        policy = project.policy()
        if client.id in self._cooling_down(user, project):
            raise UserError(
                self.env._(
                    "This client was yours until recently: for %s days only a "
                    "colleague may claim him.",
                    policy.claim_cooldown_days,
                )
            )
        if self._claims_today(user, project) >= policy.claims_per_day:
            raise UserError(
                self.env._(
                    "You have claimed %s clients today, as many as the policy allows: "
                    "claim again tomorrow.",
                    policy.claims_per_day,
                )
            )
        client._transfer(user, "claimed", clause="C3")

    def _assign_free(self, user, reason):
        """A manager gives the free clients to a rep.

        :raise UserError: when one of them is not free any more
        """
        clients = self._lock_free()
        clients.project_id._check_reps(user)
        clients._transfer(user, "reassigned", clause="C3", reason=reason)

    def _lock_free(self):
        """:return: the clients with full rights, locked: nobody else gets them
        :raise UserError: when one is not in the pool that the user sees
        """
        clients = self.sudo()
        lock_rows(clients)
        projects = self.env.user._office_project_ids(self.env.companies.ids)
        free = clients.exists().filtered(
            lambda lead: (
                lead.active
                and lead.ownership_state == "free"
                and lead.project_id.id in projects
            )
        )
        if free != clients:
            raise UserError(
                self.env._(
                    "The client is not free any more, a colleague was faster: choose "
                    "another one."
                )
            )
        return free

    @api.model
    def _claims_today(self, user, project):
        start, end = project.day_bounds(project.local_day())
        return (
            self.env["property.ownership"]
            .sudo()
            .search_count(
                [
                    ("user_id", "=", user.id),
                    ("basis", "=", "claimed"),
                    ("project_id", "=", project.id),
                    ("date", ">=", start),
                    ("date", "<", end),
                ]
            )
        )

    @api.model
    def _cooling_down(self, user, projects):
        """Ids of the clients whom `user` let go so lately that he may not claim them.

        The days are the project's: freed on the 1st, with seven days to wait, a client
        is claimable for him from the 8th on.
        """
        barred = set()
        self.env["property.ownership"].flush_model()
        for project in projects.sudo():
            wait = project.policy().claim_cooldown_days
            since = project.utc_moment(project.local_day() - timedelta(days=wait - 1))
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT freed.lead_id
                      FROM property_ownership freed
                      JOIN LATERAL (
                           SELECT user_id
                             FROM property_ownership held
                            WHERE held.lead_id = freed.lead_id
                              AND held.user_id IS NOT NULL
                              AND (held.date, held.id) < (freed.date, freed.id)
                            ORDER BY held.date DESC, held.id DESC LIMIT 1
                           ) last ON last.user_id = %s
                     WHERE freed.user_id IS NULL AND freed.project_id = %s
                       AND freed.date >= %s""",
                    user.id,
                    project.id,
                    since,
                )
            )
            barred.update(lead_id for (lead_id,) in rows)
        return barred
