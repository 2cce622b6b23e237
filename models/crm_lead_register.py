from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_lead_ownership import QUIET
from .property_interaction import FOLLOWUP_KINDS, VISIT_KINDS


class CrmLead(models.Model):
    """What the register comes to for each client: last contact, follow-ups made.

    Re-read by one query whenever an entry of the client is added or changed, so that
    lists show and search it; dates and counts only, nothing that ages (C3, C4).
    """

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    interaction_ids = fields.One2many("property.interaction", "lead_id", "History")
    last_contact_date = fields.Date("Last Contact", readonly=True, copy=False)
    last_visit_date = fields.Date("Last Visit", readonly=True, copy=False)
    next_date = fields.Date(
        "Next Follow-up",
        readonly=True,
        copy=False,
        help="Agreed upon at the latest contact.",
    )
    followup_count_since_visit = fields.Integer(
        "Follow-ups since Visit", readonly=True, copy=False, aggregator="avg"
    )
    followup_required = fields.Integer(
        "Follow-ups Required",
        readonly=True,
        copy=False,
        aggregator=None,
        help="By the policy of the day of the last visit.",
    )
    followup_missing = fields.Integer(
        "Follow-ups Missing", readonly=True, copy=False, aggregator="sum"
    )
    is_followup_short = fields.Boolean(
        "Follow-ups Short",
        compute="_compute_is_followup_short",
        search="_search_is_followup_short",
    )
    followup_progress = fields.Char("Follow-ups", compute="_compute_followup_progress")

    @api.depends("followup_missing", "user_id", "is_sold")
    def _compute_is_followup_short(self):
        """C4: an owner's client who was not followed up as often as he must be."""
        short = self.filtered_domain(self._search_is_followup_short("in", [True]))
        for lead in self:
            lead.is_followup_short = lead in short

    def _search_is_followup_short(self, operator, value):
        if operator != "in":
            return NotImplemented
        return (
            Domain("followup_missing", ">", 0)
            & Domain("user_id", "!=", False)
            & Domain("is_sold", "=", False)
        )

    @api.depends("followup_count_since_visit", "followup_required")
    def _compute_followup_progress(self):
        for lead in self:
            lead.followup_progress = bool(lead.followup_required) and (
                f"{lead.followup_count_since_visit}/{lead.followup_required}"
            )

    def _sync_register(self):
        """Read off the register: ownership is prolonged by what is entered in time.

        C3: one calendar month from the owner's last valid visit or follow-up, entered
        before the last day was over; what is entered later finds the client free. It
        lasts at least as long as his slip, and without end while a deposit he has paid
        waits for finance (E1).

        :return: what `_read_register()` says
        """
        clients = self.sudo().with_context(active_test=False, **QUIET)
        clients._lapse()
        facts = clients._read_register()
        changes = defaultdict(clients.browse)
        for lead in clients:
            project = lead.project_id
            row = facts[lead.id]
            contact, visit, own, since = (
                moment and project.local_day(moment)
                for moment in (row["contact"], row["visit"], row["own"], row["since"])
            )
            required = (
                project._policy_number(visit, "followups_required") if visit else 0
            )
            vals = {
                "last_contact_date": contact,
                "last_visit_date": visit,
                "next_date": row["next_date"],
                "followup_count_since_visit": row["followups"],
                "followup_required": required,
                "followup_missing": max(required - row["followups"], 0),
            }
            if lead.user_id and not lead.is_sold:
                vals["owned_until"] = self._last_day(project, row)
                if lead.warned_until and lead.warned_until != vals["owned_until"]:
                    vals["warned_until"] = False
                    lead._drop_warnings()
            changed = frozenset(
                (name, value)
                for name, value in vals.items()
                if (lead[name] or False) != (value or False)
            )
            changes[changed] += lead
        for changed, leads in changes.items():
            if changed:
                leads._write_through(dict(changed))
        return facts

    @api.model
    def _last_day(self, project, row):
        """C3: until when the owner has the client of this `row` of `_read_register()`;
        False while a deposit he has paid waits for finance."""
        renewed = [moment for moment in (row["own"], row["since"]) if moment]
        days = [project._owned_until(project.local_day(one)) for one in renewed]
        if row["slip"]:
            days.append(project.local_day(row["slip"]))
        return not row["paid"] and max(days)

    def _read_register(self, end=None):
        """What register, ledger and slips say of each client.

        :param end: as it was before this moment (naive UTC) at which a day of the
            project ends; as it is now when omitted
        :return: by client's id, the moments and counts of his effective entries, and
            of now what is planned: [[activity's id, its kind]], the earliest first
        """
        self.env["property.interaction"].flush_model()
        self.env["property.ownership"].flush_model()
        self.env["property.deposit"].flush_model(["state", "slip_expires", "end_date"])
        self.flush_recordset(["user_id"])
        if end:
            self.env["property.deposit"].flush_model(["name", "date", "confirm_date"])
            self.env["property.receipt"].flush_model(["deposit_id", "kind", "date"])
        else:
            self.env["mail.activity"].flush_model()
        until = SQL("date < %s", end) if end else SQL("TRUE")
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT lead.id, seen.contact, seen.visit, seen.own, seen.visits,
                       seen.followup, seen.all_followups,
                       last.next_date, followed.followups, ledger.since,
                       held.slip, held.paid, %(planned)s AS planned
                  FROM crm_lead lead
                  LEFT JOIN LATERAL (
                       SELECT date AS since, user_id
                         FROM property_ownership
                        WHERE lead_id = lead.id AND %(until)s
                        ORDER BY date DESC, id DESC LIMIT 1) ledger ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT max(date) AS contact,
                              max(date) FILTER (WHERE kind IN %(visits)s) AS visit,
                              count(*) FILTER (WHERE kind IN %(visits)s) AS visits,
                              max(date) FILTER (WHERE kind IN %(followups)s)
                                  AS followup,
                              count(*) FILTER (WHERE kind IN %(followups)s)
                                  AS all_followups,
                              max(date) FILTER (WHERE user_id = %(owner)s) AS own
                         FROM property_interaction entry
                        WHERE lead_id = lead.id AND kind IN %(contacts)s
                          AND %(effective)s AND %(until)s) seen ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT count(*) AS followups
                         FROM property_interaction entry
                        WHERE lead_id = lead.id AND kind IN %(followups)s
                          AND date >= seen.visit AND %(effective)s
                          AND %(until)s) followed ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT next_date
                         FROM property_interaction
                        WHERE lead_id = lead.id AND %(until)s
                        ORDER BY date DESC, id DESC LIMIT 1) last ON TRUE
                  LEFT JOIN LATERAL (%(held)s) held ON TRUE
                 WHERE lead.id IN %(leads)s""",
                visits=VISIT_KINDS,
                followups=FOLLOWUP_KINDS,
                contacts=VISIT_KINDS + FOLLOWUP_KINDS,
                effective=self.env["property.interaction"]._effective_sql("entry"),
                until=until,
                owner=SQL("ledger.user_id") if end else SQL("lead.user_id"),
                held=self._held_sql(end),
                planned=SQL("NULL") if end else self._planned_sql(),
                leads=tuple(self.ids) or (0,),
            )
        )
        return {row["id"]: row for row in rows}

    @api.model
    def _planned_sql(self):
        """What `mail.activity._search_followups()` finds of a `lead`."""
        return SQL(
            """(SELECT json_agg(json_build_array(activity.id, kind.interaction_kind)
                                ORDER BY activity.date_deadline, activity.id)
                  FROM mail_activity activity
                  JOIN mail_activity_type kind ON kind.id = activity.activity_type_id
                 WHERE activity.res_model = 'crm.lead' AND activity.res_id = lead.id
                   AND activity.active AND kind.interaction_kind IS NOT NULL)"""
        )

    @api.model
    def _held_sql(self, end):
        """Until when the slips of a `lead` hold it, and whether a paid deposit does.

        When a slip was paid is read off the day of payment of its receipt.
        """
        if not end:
            return SQL(
                """SELECT bool_or(state = 'paid') AS paid,
                          max(CASE state WHEN 'slip' THEN slip_expires
                                         ELSE end_date END) AS slip
                     FROM property_deposit
                    WHERE lead_id = lead.id"""
            )
        return SQL(
            """SELECT bool_or(is_open AND is_paid) AS paid,
                      max(CASE WHEN is_open THEN slip_expires
                               WHEN end_date < %(end)s THEN end_date END) AS slip
                 FROM (
                      SELECT slip_expires, end_date,
                             coalesce(end_date >= %(end)s, TRUE)
                             AND coalesce(confirm_date >= %(end)s, TRUE) AS is_open,
                             state NOT IN ('slip', 'lapsed') AND EXISTS (
                                 SELECT FROM property_receipt receipt
                                   JOIN property_project project
                                     ON project.id = receipt.project_id
                                  WHERE receipt.deposit_id = deposit.id
                                    AND receipt.kind = 'receipt'
                                    AND receipt.date < (%(end)s::timestamp
                                        AT TIME ZONE 'UTC' AT TIME ZONE project.tz
                                    )::date) AS is_paid
                        FROM property_deposit deposit
                       WHERE lead_id = lead.id AND name IS NOT NULL
                         AND date < %(end)s) slips""",
            end=end,
        )
