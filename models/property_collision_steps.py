from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .property_door import lock_rows


class PropertyCollision(models.Model):
    """Decided by a supervisor, appealed to the manager, executed by the door of
    ownership (C6); who snatched and who helped (C7, B10)."""

    _inherit = "property.collision"  # pylint: disable=consider-merging-classes-inherited

    # === Steps ===

    def _start(self, state, role):
        """:return: the rulings, locked and with full rights, for a step of a judge"""
        self._check_role(role)
        case = self.sudo()
        lock_rows(case)
        case._check_state(state)
        for collision in self:
            if not collision.is_judge:
                raise AccessError(
                    self.env._(
                        "Who claims or holds the client does not rule on him: ask "
                        "another supervisor or the manager."
                    )
                )
        return case

    def action_decide(self, verdict=None, clause=None, reason=None, snatched_by=None):
        """The supervisor's verdict; the client goes where it says (C6, C7).

        :param verdict: holder, claimant or split; the proposed one when omitted
        :param clause: one of CLAUSES; the proposed one when omitted
        :param reason: needed when the verdict is not the proposed one; both parties
            read it
        :param snatched_by: claimant or holder, when he snatched the client
        :raise AccessError: for a party to it, and for who is no supervisor
        """
        for collision in self._start("proposed", "supervisor"):
            project = collision.project_id
            verdict_ = verdict or collision.proposal
            if verdict_ != collision.proposal and not (reason or "").strip():
                raise UserError(
                    self.env._("Say why the verdict is not the proposed one.")
                )
            days = collision.facts["numbers"]["appeal_days"]
            collision._write_through(
                {
                    "state": "decided",
                    "first_verdict": verdict_,
                    "verdict_clause": clause or collision.proposal_clause,
                    "verdict_reason": reason,
                    "decided_by_id": self.env.uid,
                    "decided_date": fields.Datetime.now(),
                    "appeal_until": fields.Date.add(project.local_day(), days=days),
                }
            )
            collision._rule(verdict_, snatched_by)
            collision._tell(collision._parties())
        return True

    def action_appeal(self, reason):
        """A party appeals to the manager: once, within the policy's days (C6).

        :raise AccessError: for who is no party
        :raise UserError: without a reason, or when the time is over
        """
        self.check_access("read")
        case = self.sudo()
        lock_rows(case)
        case._check_state("decided")
        for collision in case:
            if self.env.user not in collision._parties():
                raise AccessError(
                    self.env._("Only who claims or holds the client appeals.")
                )
            if collision.appeal_until < collision.project_id.local_day():
                raise UserError(
                    self.env._(
                        "The time to appeal ended with %s.", collision.appeal_until
                    )
                )
            if not (reason or "").strip():
                raise UserError(self.env._("Give the reason of the appeal."))
            collision._write_through(
                {
                    "state": "appealed",
                    "appealed_by_id": self.env.uid,
                    "appeal_date": fields.Datetime.now(),
                    "appeal_reason": reason,
                }
            )
            collision._tell(collision._managers())
        return True

    def action_finalize(self, verdict=None, clause=None, reason=None, snatched_by=None):
        """The manager confirms or changes the verdict: it stands (C6).

        :param verdict: as in `action_decide`, like the others; the one appealed against
            when omitted
        :param reason: needed when the verdict is changed; both parties read it
        :raise AccessError: for a party to it, and for who is no manager
        """
        for collision in self._start("appealed", "manager"):
            verdict_ = verdict or collision.verdict
            if verdict_ != collision.verdict and not (reason or "").strip():
                raise UserError(self.env._("Say why the verdict is changed."))
            collision._finalize(
                {
                    "verdict_clause": clause or collision.verdict_clause,
                    "final_by_id": self.env.uid,
                    "final_reason": reason,
                },
                verdict_,
                collision.snatched_by if snatched_by is None else snatched_by,
            )
        return True

    def _finalize(self, vals, verdict, snatched_by):
        self._write_through(
            vals | {"state": "final", "final_date": fields.Datetime.now()}
        )
        self._rule(verdict, snatched_by)
        self._tell(self._parties())

    @api.model
    def _cron_finalize(self):
        """What nobody appealed against in time is final, by the project's days."""
        domain = Domain("state", "=", "decided")
        over = self.search(domain).filtered(
            lambda one: one.appeal_until < one.project_id.local_day()
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(over))
        for collision in over:
            if collision.try_lock_for_update().filtered_domain(domain):
                collision._finalize({}, collision.verdict, collision.snatched_by)
                if not progress(1):
                    break

    # === What a verdict does ===

    def _rule(self, verdict, snatched_by):
        """Record the verdict, credit who helped, give the client where it says."""
        changed = verdict != self.verdict
        self._write_through(
            {
                "verdict": verdict,
                "snatched_by": snatched_by,
                "claimant_percent": {
                    "holder": 0,
                    "claimant": 100,
                    "split": self.facts["numbers"]["split_percent"],
                }[verdict],
            }
        )
        self._write_through({"help_user_ids": [Command.set(self._helpers().ids)]})
        if changed:
            self._execute()

    def _helpers(self):
        """B10: who received the client and does not get him helped, as did his helpers;
        a snatcher did not (C7)."""
        owners = {
            "holder": self.holder_id,
            "claimant": self.claimant_id,
            "split": self._parties(),
        }[self.verdict]
        entry = self.interaction_id
        return (entry.user_id | entry.helper_ids) - owners - self._snatcher()

    def _snatcher(self):
        """Who snatched the client, for his conduct record (C7)."""
        return (
            self[f"{self.snatched_by}_id"]
            if self.snatched_by
            else self.env["res.users"]
        )

    def _execute(self):
        """Through the door of ownership. A split leaves the client with his holder."""
        lead, entry = self.lead_id, self.interaction_id
        if entry and not entry.lead_id:
            entry._link_client(lead)
        if self.verdict == "claimant":
            owner, former = self.claimant_id, self.holder_id
        elif self.first_verdict == "claimant":  # overturned
            owner, former = self.holder_id, self.claimant_id
        else:
            return
        if lead.user_id == owner:
            return
        if lead.user_id - former or owner not in self.project_id.user_ids:
            raise UserError(
                self.env._(
                    "The client went to somebody else since the claim, or who is to "
                    "have him left the project: rule otherwise and hand him over."
                )
            )
        lead._transfer(
            owner, "adjudicated", clause=self._clause().requirement, reason=self.name
        )

    # === Who is told ===

    def _parties(self):
        return self.claimant_id | self.holder_id

    def _managers(self):
        project = self.project_id
        return project.manager_id or project.user_ids.filtered(
            lambda user: user._has_office_role("manager")
        )

    def _supervisors(self):
        """Who leads the team of either party, unless a party himself; else the
        manager."""
        parties = self._parties()
        teams = self.env["crm.team"].search([("member_ids", "in", parties.ids)])
        leaders = teams.user_id & self.project_id.user_ids
        return leaders - parties or self._managers()

    def _tell(self, users):
        """Each by a message that he alone reads; neither client nor rep is named."""
        for user in users:
            text = self.with_context(lang=user.lang)._news()
            self.env["mail.thread"].with_user(SUPERUSER_ID).message_notify(
                partner_ids=user.partner_id.ids,
                subject=text,
                body=text,
                model=self._name,
                res_id=self.id,
            )

    def _news(self):
        values = {"number": self.name, "project": self.project_id.name}
        return {
            "proposed": self.env._(
                "%(project)s: please decide on ruling %(number)s.", **values
            ),
            "decided": self.env._(
                "%(project)s: ruling %(number)s was decided.", **values
            ),
            "appealed": self.env._(
                "%(project)s: please hear the appeal on ruling %(number)s.", **values
            ),
            "final": self.env._("%(project)s: ruling %(number)s is final.", **values),
        }[self.state]
