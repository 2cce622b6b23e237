from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.res_users import ROLES as OFFICE_ROLES
from .common import MODULE, UTC8, PropertyCommon

ALL_LEADS = "sales_team.group_sale_salesman_all_leads"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}

# ruff: noqa: E501
# What each role may do: r(ead) w(rite) c(reate) u(nlink).
# crm: a CRM user with "all documents" and no role in the office; seller: a rep with it.
#
# Rows of a project: own project / other project.
PROJECT_ROWS = """
                            rep  clerk  control  finance service supervisor manager hq      crm  seller
property.project            r/-  r/-    r/-      r/-     r/-     r/-       rwc/-   rwc/rwc  -/-  r/-
property.policy             r/-  r/-    r/-      r/-     r/-     r/-       rwc/-   rwc/rwc  -/-  r/-
property.permit             r/-  r/-    rwc/-    r/-     r/-     r/-       rwcu/-  r/r      -/-  r/-
property.building           r/-  r/-    rwc/-    r/-     r/-     r/-       rwcu/-  r/r      -/-  r/-
property.unit.type          r/-  r/-    rwc/-    r/-     r/-     r/-       rwcu/-  r/r      -/-  r/-
property.unit               r/-  r/-    rwc/-    r/-     r/-     r/-       rwcu/-  r/r      -/-  r/-
property.unit.event         -/-  -/-    r/-      -/-     -/-     r/-       r/-     r/r      -/-  -/-
property.discount.budget    -/-  -/-    -/-      -/-     -/-     r/-       r/-     rwcu/rwcu -/- -/-
property.deposit.log        -/-  -/-    r/-      -/-     -/-     r/-       r/-     r/r      -/-  -/-
property.hold               -/-  -/-    rw/-     -/-      -/-     r/-       rw/-    r/r      -/-  -/-
property.release.plan       -/-  -/-    rwcu/-   -/-      -/-     r/-       rwcu/-  r/r      -/-  -/-
property.release.plan.line  -/-  -/-    rwcu/-   -/-      -/-     r/-       rwcu/-  r/r      -/-  -/-
property.band               r/-  r/-    r/-      r/-     r/-     r/-       rwcu/-  r/r      -/-  r/-
property.price.version      -/-  -/-    rwcu/-   -/-     -/-     r/-       rwcu/-  r/r      -/-  -/-
property.price.line         -/-  -/-    rwcu/-   -/-     -/-     r/-       rwcu/-  r/r      -/-  -/-
property.price.rule         -/-  -/-    rwcu/-   -/-     -/-     r/-       rwcu/-  r/r      -/-  -/-
property.area.survey        -/-  r/-    rwcu/-   r/-     r/-     -/-       rwcu/-  r/r      -/-  -/-
property.area.survey.line   -/-  r/-    rwcu/-   r/-     r/-     -/-       rwcu/-  r/r      -/-  -/-
property.area.clause        r/r  r/r    r/r      r/r     r/r     r/r       rwcu/rwcu rwc/rwc -/- r/r
property.price.history      -/-  -/-    r/-      -/-     -/-     r/-       r/-     r/r      -/-  -/-
property.payment.plan       r/-  r/-    r/-      r/-     -/-     r/-       rwcu/-  r/r      -/-  r/-
property.payment.plan.line  r/-  r/-    r/-      r/-     -/-     r/-       rwcu/-  r/r      -/-  r/-
property.document.type      r/r  r/r    r/r      r/r     r/r     r/r       rwc/rwc rwc/rwc  -/-  r/r
property.mortgage.stage     r/r  r/r    r/r      r/r     r/r     r/r       rwc/rwc rwc/rwc  -/-  r/r
property.milestone          r/-  r/-    rwc/-    r/-     r/-     r/-       rwcu/-  r/r      -/-  r/-
property.bank.account       -/-  r/-    r/-      rwc/-   -/-     -/-       rwcu/-  r/r      -/-  -/-
property.reminder           -/-  r/-    -/-      r/-     -/-     -/-       rwcu/-  r/r      -/-  -/-
property.target             -/-  r/-    -/-      -/-     -/-     r/-       rwcu/-  rwcu/rwcu -/- -/-
property.advertising        -/-  rwc/-  -/-      -/-     -/-     r/-       rwcu/-  r/r      -/-  -/-
property.mailing            -/-  -/-    -/-      -/-     -/-     -/-       rwcu/-  rwcu/rwcu -/- -/-
property.filing.rule        -/-  -/-    -/-      -/-     -/-     -/-       rwcu/-  rwcu/rwcu -/- -/-
property.filing             -/-  -/-    -/-      -/-     -/-     -/-       rw/-    rw/rw    -/-  -/-
property.closed.day         r/-  r/-    r/-      r/-     r/-     r/-       rwcu/-  rwcu/rwcu -/- r/-
property.mailing.delivery   -/-  -/-    -/-      -/-     -/-     -/-       r/-     r/r      -/-  -/-
property.pool               r/-  -/-    -/-      -/-     -/-     r/-       r/-     r/r      -/-  r/-
property.client.handover    r/-  -/-    -/-      -/-     -/-     rwc/-     rwcu/-  r/r      -/-  r/-
property.client.handover.line -/- -/-   -/-      -/-     -/-     rwu/-     rwu/-   r/r      -/-  -/-
property.day                r/-  r/-    r/-      -/-     -/-     rwc/-     rwc/-   r/r      -/-  r/-
property.day.check          r/-  r/-    r/-      -/-     -/-     rwc/-     rwc/-   r/r      -/-  r/-
property.day.check.item     r/r  r/r    r/r      -/-     -/-     r/r       rwcu/rwcu rwcu/rwcu -/- r/r
property.access.log         -/-  -/-    -/-      -/-     -/-     -/-       r/-     r/r      -/-  -/-
property.roster             r/-  r/-    -/-      -/-     -/-     rwc/-     rwc/-   r/r      -/-  r/-
property.roster.line        r/-  r/-    -/-      -/-     -/-     rwc/-     rwc/-   r/r      -/-  r/-
property.roster.turn        r/-  r/-    -/-      -/-     -/-     r/-       r/-     r/r      -/-  r/-
property.roster.reason      r/r  r/r    -/-      -/-     -/-     r/r       rwc/rwc rwc/rwc  -/-  r/r
property.absence            r/-  rwc/-  -/-      -/-     -/-     rwcu/-    rwcu/-  r/r      -/-  r/-
property.duty               r/-  r/-    -/-      -/-     -/-     rwcu/-    rwcu/-  r/r      -/-  r/-
property.festival           r/r  r/r    -/-      -/-     -/-     r/r       rwcu/rwcu r/r   -/-  r/r
property.change.reason      r/r  r/r    r/r      r/r      r/r     r/r       rwcu/rwcu rwcu/rwcu -/- r/r
property.concern            r/r  rwc/rwc -/-    -/-      r/r     r/r       rwcu/rwcu r/r   -/-  r/r
"""
# Rows that hang on a client: own (a supervisor's: of his team) / a colleague's of the
# project / of another project. The clients have bought, so service sees them.
CLIENT_ROWS = """
                          rep       clerk        control      finance     service  supervisor manager      hq     crm    seller
crm.lead                  rwc/-/-   rwc/rwc/-    r/r/-        -/-/-       r/r/-    rwc/-/-   rwc/rwc/-    r/r/r  -/-/-  rwc/-/-
res.partner               rwc/-/-   rwc/rwc/-    r/r/-        r/r/-       r/r/-    rwc/-/-   rwc/rwc/-    r/r/r  -/-/-  rwc/-/-
property.interaction      rwc/-/-   rwc/rwc/-    -/-/-        -/-/-       -/-/-    rwcu/-/-  rwcu/rwcu/-  r/r/r  -/-/-  rwc/-/-
property.family.member    rwcu/-/-  rwc/rwc/-    -/-/-        -/-/-       -/-/-    rwcu/-/-  rwcu/rwcu/-  r/r/r  -/-/-  rwcu/-/-
property.event.guest      rwcu/-/-  rwcu/rwcu/-  -/-/-        -/-/-       -/-/-    rwcu/-/-  rwcu/rwcu/-  r/r/r  -/-/-  rwcu/-/-
property.ownership        r/-/-     -/-/-        -/-/-        -/-/-       -/-/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.share            r/-/-     -/-/-        -/-/-        -/-/-       -/-/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.deposit          r/-/-     rw/rw/-      rwcu/rwcu/-  rw/rw/-     r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.discount         rwcu/-/-  r/r/-        r/r/-        r/r/-       -/-/-    rwcu/-/-  rwcu/rwcu/-  r/r/r  -/-/-  rwcu/-/-
property.quote            rwc/-/-   -/-/-        rwc/rwc/-    -/-/-       -/-/-    rwc/-/-   rwcu/rwcu/-  r/r/r  -/-/-  rwc/-/-
property.area.settlement  r/-/-     rw/rw/-      r/r/-        rw/rw/-     r/r/-    r/-/-     rw/rw/-      r/r/r  -/-/-  r/-/-
property.area.settlement.line r/-/- r/r/-        r/r/-        r/r/-       r/r/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.contract         r/-/-     rwcu/rwcu/-  r/r/-        r/r/-       r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.contract.buyer   r/-/-     rwcu/rwcu/-  r/r/-        r/r/-       r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.change           rwcu/-/-  rwcu/rwcu/-  rwcu/rwcu/-  r/r/-       r/r/-    rwcu/-/-  rwcu/rwcu/-  r/r/r  -/-/-  rwcu/-/-
property.change.line      r/-/-     r/r/-        r/r/-        r/r/-       r/r/-    r/-/-     rw/rw/-      r/r/r  -/-/-  r/-/-
property.change.buyer     r/-/-     rwcu/rwcu/-  r/r/-        r/r/-       r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.contract.document r/-/-    rwc/rwc/-    r/r/-        rw/rw/-     r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.case             rwc/-/-   -/-/-        -/-/-        -/-/-       rwc/rwc/- rwc/-/-  rwc/rwc/-    r/r/r  -/-/-  rwc/-/-
property.case.step        r/-/-     -/-/-        -/-/-        -/-/-       r/r/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.mortgage         r/-/-     rw/rw/-      r/r/-        rw/rw/-     r/r/-    r/-/-     rw/rw/-      r/r/r  -/-/-  r/-/-
property.deferral         rwcu/-/-  rwcu/rwcu/-  r/r/-        r/r/-       r/r/-    rwcu/-/-  rwcu/rwcu/-  r/r/r  -/-/-  rwcu/-/-
property.mortgage.move    r/-/-     r/r/-        r/r/-        r/r/-       r/r/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.installment      r/-/-     rwcu/rwcu/-  r/r/-        r/r/-       r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.receipt          r/-/-     rwcu/rwcu/-  r/r/-        rwcu/rwcu/- r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.earnest          r/-/-     rwcu/rwcu/-  rwcu/rwcu/-  rw/rw/-     -/-/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
property.reminder.sent    r/-/-     r/r/-        r/r/-        r/r/-       r/r/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.collection.report r/-/-    r/r/-        r/r/-        r/r/-       r/r/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.receipt.line     r/-/-     rwcu/rwcu/-  r/r/-        rwcu/rwcu/- r/r/-    r/-/-     rwcu/rwcu/-  r/r/r  -/-/-  r/-/-
"""
# Rows between two reps: one's own / a colleague's / of another project.
PARTY_ROWS = """
                          rep       clerk        control      finance     service  supervisor manager      hq     crm    seller
property.metric           r/-/-     r/r/-        r/r/-        r/r/-       r/r/-    r/-/-     r/r/-        r/r/r  -/-/-  r/-/-
property.collision        r/-/-     -/-/-        -/-/-        -/-/-       -/-/-    rc/-/-    rc/rc/-      r/r/r  -/-/-  r/-/-
"""
# Dialogs: who may open them. Odoo shows a dialog's row to the one who opened it only.
WIZARDS = {
    "property.approval.refusal": OFFICE_ROLES,
    "property.unit.hold": ("control", "manager"),
    "property.unit.generate": ("control", "manager"),
    "property.unit.generate.line": ("control", "manager"),
    "property.unit.import": ("control", "manager"),
    "property.unit.import.column": ("control", "manager"),
    "property.unit.import.line": ("control", "manager"),
    "property.plan.change": ("manager",),
    "property.receipt.reallocate": ("finance",),
    "property.receipt.reallocate.line": ("finance",),
    "property.policy.whatif": ("manager", "hq"),
    "property.policy.whatif.line": ("manager", "hq"),
    "property.pool.assign": ("manager",),
    "property.deposit.step": ("control", "supervisor", "manager"),
    "property.deposit.other": ("control", "manager"),
    "property.reason": tuple({*OFFICE_ROLES} - {"control", "hq"}),
    "property.collision.step": ("rep", "supervisor", "manager"),
    "property.followup": ("rep", "clerk", "supervisor", "manager"),
    "property.identity": ("rep", "clerk", "supervisor", "manager"),
    "property.event.invite": ("rep", "clerk", "supervisor", "manager"),
}
KIN = {"name": "Kin", "relation": "child"}
# Models that hold for all projects alike need no record rule.
WITHOUT_RULE = {
    "property.change.reason",
    "property.area.clause",
    "property.concern",
    "property.day.check.item",
    "property.document.type",
    "property.festival",
    "property.mortgage.stage",
    "property.roster.reason",
}


def parse(table):
    """[(model, role, [operations of each place])]"""
    head, *lines = (line.split() for line in table.strip().splitlines())
    return [
        (line[0], role, cell.split("/"))
        for line in lines
        for role, cell in zip(head, line[1:], strict=True)
    ]


class AccessCommon(PropertyCommon):
    """One client who has bought a unit for each of rep_a, rep_b and rep_c."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crm = new_test_user(cls.env, "crm_all", groups=ALL_LEADS, tz=UTC8)
        cls.project.user_ids |= cls.crm
        cls.other_project.user_ids |= cls.supervisor_b
        garden, other = (
            cls._make_rows(project, unit)
            for project, unit in (
                (cls.project, cls.unit),
                (cls.other_project, cls.other_unit),
            )
        )
        cls.deals = [
            rows | cls._make_deal(rep, unit, rows["property.payment.plan"])
            for rep, unit, rows in (
                (cls.rep_a, cls.unit, garden),
                (cls.rep_b, cls.unit_2, garden),
                (cls.rep_c, cls.other_unit, other),
            )
        ]

    @classmethod
    def _make(cls, model, **vals):
        return cls.env[model].create(vals)

    @classmethod
    def _make_rows(cls, project, unit):
        """{model: a record of it in `project`}"""
        plan = cls._make(
            "property.payment.plan",
            name="All at once",
            project_id=project.id,
            line_ids=[Command.create({"name": "All", "value": "balance"})],
        )
        day = cls._make("property.day", project_id=project.id)
        ring = cls.env["property.roster"]._ring(project, "visit")
        reason = cls.env.ref(f"{MODULE}.property_roster_reason_busy")
        someone = ring.line_ids.user_id[-1:]
        records = (
            project,
            day,
            day.check_ids[0],
            day.check_ids[0].item_id,
            unit,
            ring,
            ring.line_ids[:1],
            ring._advance(),
            reason,
            *cls._make_handover(project, unit.unit_type_id),
            *cls._make_release(unit),
            cls._make(
                "property.absence",
                project_id=project.id,
                user_id=someone.id,
                reason_id=reason.id,
            ),
            cls._make("property.duty", project_id=project.id, user_ids=someone.ids),
            unit.building_id,
            unit.permit_id,
            unit.unit_type_id,
            unit.event_ids[:1],
            plan,
            plan.line_ids,
            *cls._make_prices(project, unit),
            cls._make("property.policy", project_id=project.id),
            cls._make("property.access.log", project_id=project.id, kind="check"),
            cls._make(
                "property.deposit.log",
                project_id=project.id,
                unit_id=unit.id,
                kind="lifted",
                reason="Test",
            ),
            cls._make(
                "property.discount.budget",
                project_id=project.id,
                level_id=cls.env.ref(f"{MODULE}.tier_discount_manager").id,
                date_start="2026-01-01",
                date_end="2026-12-31",
                amount=100_000,
            ),
            cls._make("property.concern", name=project.name),
            cls._make("property.change.reason", name=project.name, kind="rename"),
            cls._make("property.document.type", name=project.name),
            cls.env["property.mortgage.stage"].search([], limit=1),
            cls._make(
                "property.festival",
                name=project.name,
                calendar="birthday",
                message="Dear {client}",
            ),
            cls._make(
                "property.band",
                project_id=project.id,
                dimension="floor",
                name="Below ground",
                lower=-9,
                upper=-1,
            ),
            cls._make(
                "property.milestone",
                building_id=unit.building_id.id,
                stage="topped",
                planned_date="2999-12-31",
            ),
            cls._make("property.target", project_id=project.id),
            cls._make(
                "property.advertising",
                project_id=project.id,
                source_id=cls.source.id,
                date_from="2026-01-01",
                date_to="2026-01-31",
                amount=9,
            ),
            cls._make(
                "property.bank.account", name="A", number="1", project_id=project.id
            ),
            cls._make("property.reminder", name="A", project_id=project.id),
            cls._make(
                "property.closed.day",
                name="Festival",
                project_id=project.id,
                date_from="2000-01-01",
                date_to="2000-01-01",
            ),
            *cls._make_filing(project),
            *cls._make_mailing(project),
        )
        return {record._name: record for record in records}

    @classmethod
    def _make_mailing(cls, project):
        mailing = cls._make(
            "property.mailing",
            project_id=project.id,
            form="property.form.sales_daily",
            user_ids=project.user_ids.ids,
        )
        today = project.local_day()
        return mailing, cls.env["property.mailing.delivery"]._of(mailing, today, today)

    @classmethod
    def _make_filing(cls, project):
        """A rule, and what a manager or supervisor has to file by it today."""
        rule = cls._make(
            "property.filing.rule",
            project_id=project.id,
            form="property.form.sales_daily",
            role="supervisor",
            user_id=(project.user_ids & cls.manager).id,
            date_start=project.local_day(),
        )
        return rule, cls.env["property.filing"]._make_due(rule)

    @classmethod
    def _make_prices(cls, project, unit):
        """A price version, and the price a unit was given when it was made."""
        version = cls._make(
            "property.price.version",
            name="New",
            project_id=project.id,
            line_ids=[Command.create({"unit_id": unit.id, "list_price": 1})],
            rule_ids=[Command.create({"value": 1})],
        )
        history = cls.env["property.price.history"].search(
            [("unit_id", "=", unit.id)], limit=1
        )
        survey = cls._make(
            "property.area.survey",
            name="1",
            building_id=unit.building_id.id,
            line_ids=[Command.create({"unit_id": unit.id, "area_gross": 1})],
        )
        clause = cls.env["property.area.clause"].search([], limit=1)
        areas = survey, survey.line_ids, clause
        return version, version.line_ids, version.rule_ids, history, *areas

    @classmethod
    def _make_area_settlement(cls, contract):
        survey = cls.env["property.area.survey"].search(
            [("building_id", "=", contract.unit_id.building_id.id)], limit=1
        )
        area = contract.unit_id.area_gross
        settlement = contract._make_area_settlement(survey, area, area + 1)
        return settlement, settlement.line_ids

    @classmethod
    def _make_release(cls, unit):
        """A held unit of the building, and the plan that releases it."""
        held = cls._make("property.unit", building_id=unit.building_id.id, room="H1")
        held._move("held", reason="Show flat")
        plan = cls._make(
            "property.release.plan",
            name="Later",
            project_id=unit.project_id.id,
            line_ids=[
                Command.create({"date": "2999-01-01", "unit_ids": [held.id]}),
            ],
        )
        return held.hold_id, plan, plan.line_ids

    @classmethod
    def _make_handover(cls, project, unit_type):
        """A free client, and the hand-over of a rep who has one of his own."""
        leaver = project.user_ids & (cls.rep_a | cls.rep_c)
        free, his = (
            cls._make(
                "crm.lead",
                project_id=project.id,
                user_id=owner.id,
                contact_name="Client",
                phone=f"1370000000{number}",
                unit_type_ids=unit_type.ids,
            )
            for number, owner in enumerate((leaver.browse(), leaver))
        )
        handover = cls._make(
            "property.client.handover", project_id=project.id, user_id=leaver.id
        )
        handover.action_propose()
        line = handover.line_ids.filtered(lambda line: line.lead_id == his)
        return cls.env["property.pool"].browse(free.id), handover, line

    @classmethod
    def _make_deal(cls, rep, unit, plan):
        """{model: a record that hangs on a new client of `rep`, who buys `unit`}"""
        client = cls.make_client(rep).sudo()
        deposit = cls._make(
            "property.deposit",
            unit_id=unit.id,
            lead_id=client.id,
            amount=9,
            plan_id=plan.id,
        )
        deposit.action_open_slip()
        deposit.action_register_payment()
        deposit.action_confirm()
        deposit.action_sign()
        contract = deposit.contract_id
        # Whatever the plan: access does not ask for the kind of loan.
        case = cls._make(
            "property.mortgage",
            contract_id=contract.id,
            installment_id=contract.installment_ids.id,
            kind="mortgage",
            amount=9,
        )
        undone, renamed = cls._make_changes(deposit)
        project = client.project_id
        trouble = cls._make_case(client)
        event = cls._make(
            "calendar.event", name="Open Day", property_project_id=project.id
        )
        records = (
            client,
            client.partner_id,
            client.ownership_ids[:1],
            deposit,
            contract,
            *cls._make_area_settlement(contract),
            trouble,
            trouble.step_ids,
            cls._make("property.quote", unit_id=unit.id, lead_id=client.id),
            contract.buyer_ids,
            contract.document_ids[:1],
            case,
            case.move_ids,
            cls._make(
                "property.deferral",
                installment_id=contract.installment_ids.id,
                promise_date="2999-12-31",
                reason="Test",
            ),
            contract.installment_ids,
            contract.receipt_ids,
            contract.receipt_ids.line_ids,
            renamed,
            renamed.buyer_ids,
            undone.line_ids[:1],
            cls._make(
                "property.interaction",
                kind="followup_call",
                lead_id=client.id,
                project_id=project.id,
                user_id=rep.id,
            ),
            cls._make(
                "property.family.member",
                lead_id=client.id,
                **KIN,
            ),
            cls._make(
                "property.share",
                lead_id=client.id,
                user_id=(cls.manager & project.user_ids or rep).id,
                reason="Test",
                date_end="2999-12-31",
            ),
            cls._make("property.earnest", lead_id=client.id, amount=9),
            cls._make(
                "property.reminder.sent",
                contract_id=contract.id,
                date="2020-01-01",
                channel="letter",
            ),
            cls.env["property.collection.report"].browse(
                contract.installment_ids[0].id
            ),
            cls._make("property.event.guest", event_id=event.id, lead_id=client.id),
            cls._make(
                "property.discount",
                unit_id=unit.id,
                lead_id=client.id,
                extra_amount=1,
                reason="Test",
            ),
            cls.env["property.collision"]._open(client, cls.supervisor_b),
            cls.env["property.metric"].search(
                [("metric", "=", "deposits"), ("res_id", "=", deposit.id)]
            ),
        )
        return {record._name: record.with_env(cls.env) for record in records}

    @classmethod
    def _make_case(cls, client):
        return cls._make(
            "property.case", lead_id=client.id, problem="Noise", superior_id=cls.hq.id
        )

    @classmethod
    def _make_changes(cls, deposit):
        """A cancellation that was given up, and the draft of a rename."""
        changes = []
        for kind, vals in (
            ("cancel", {}),
            (
                "rename",
                {"buyer_ids": [Command.create({"partner_id": deposit.partner_id.id})]},
            ),
        ):
            reason = cls.env["property.change.reason"].search(
                [("kind", "=", kind)], limit=1
            )
            change = cls._make(
                "property.change",
                kind=kind,
                deposit_id=deposit.id,
                reason_id=reason.id,
                **vals,
            )
            if kind == "cancel":
                change.action_withdraw()
                cls.env.flush_all()
            changes.append(change)
        return changes


@tagged("post_install", "-at_install")
class TestAccessRights(AccessCommon):
    def assertMatrix(self, table, places):
        rows = sorted(parse(table), key=lambda row: row[1] == "seller")
        for model, role, cells in rows:
            user = self.actors.get(role, self.crm)
            if role == "seller":
                user = self.rep_a
                user.group_ids |= self.env.ref(ALL_LEADS)
            for (place, records), cell in zip(places, cells, strict=True):
                with self.subTest(model=model, role=role, place=place):
                    record = records[model].with_user(user)
                    allowed = "".join(
                        letter
                        for letter, operation in OPERATIONS.items()
                        if record.has_access(operation)
                    )
                    self.assertEqual(allowed or "-", cell)
                    if record.browse().has_access("read"):
                        found = record.search([("id", "=", record.id)])
                        self.assertEqual(bool(found), "r" in cell)

    def assertSees(self, user, records, sees=True):
        for record in records:
            with self.subTest(user=user.login, model=record._name):
                if not record._auto:  # a view of the database is read each time
                    record.invalidate_recordset()
                self.assertEqual(record.with_user(user).has_access("read"), sees)

    def hanging(self, deal):
        """What a rep reads of a client"""
        return [deal[line.split()[0]] for line in CLIENT_ROWS.strip().splitlines()[1:]]

    # === The matrix ===

    def test_rows_of_a_project(self):
        """H1: nothing of a project in which one does not work"""
        own, _colleague, other = self.deals
        self.assertMatrix(PROJECT_ROWS, (("own", own), ("other", other)))

    def test_rows_of_a_client(self):
        """H1, J1: reps see their own, supervisors their team's; CRM rights add none"""
        places = zip(("own", "colleague's", "other project's"), self.deals, strict=True)
        self.assertMatrix(CLIENT_ROWS, tuple(places))

    def test_rows_between_reps(self):
        """C6, J1: both parties and their supervisors; no share, no desk widens it"""
        places = zip(("own", "colleague's", "other project's"), self.deals, strict=True)
        self.assertMatrix(PARTY_ROWS, tuple(places))

    def test_wizards(self):
        """H1: dialogs are for the roles that may do what they do"""
        for model, roles in WIZARDS.items():
            for role, user in self.actors.items():
                with self.subTest(model=model, role=role):
                    self.assertEqual(
                        self.env[model].with_user(user).has_access("create"),
                        role in roles,
                    )

    def test_matrix_is_complete(self):
        """J1: no model of the module without access lines, rules and a matrix row"""
        tables = (PROJECT_ROWS, CLIENT_ROWS, PARTY_ROWS)
        listed = {row[0] for table in tables for row in parse(table)}
        models = [
            model
            for model in self.env["ir.model"].search([])
            if MODULE in model.modules.split(", ")
            and not self.env[model.model]._abstract
            and model.model.startswith("property.")
        ]
        self.assertTrue(models)
        for model in models:
            with self.subTest(model=model.model):
                self.assertTrue(model.access_ids.filtered("group_id"), "access line")
                self.assertFalse(model.access_ids.filtered(lambda a: not a.group_id))
                if model.transient:
                    self.assertIn(model.model, WIZARDS)
                    continue
                self.assertIn(model.model, listed, "matrix")
                if model.model not in WITHOUT_RULE:
                    rules = model.rule_ids.filtered(lambda rule: not rule.groups)
                    self.assertTrue(rules, "global rule")

    # === Shares, teams, projects ===

    def test_share_widens_until_it_ends(self):
        """C13: a share shows the client and what hangs on him, at once, and only then"""
        shared = self.hanging(self.deals[1])
        self.assertSees(self.rep_a, shared, False)
        share = self.env["property.share"].create(
            {
                "lead_id": self.deals[1]["crm.lead"].id,
                "user_id": self.rep_a.id,
                "reason": "Holiday",
                "date_end": "2999-12-31",
            }
        )
        self.assertSees(self.rep_a, [*shared, share])
        share.active = False
        self.assertSees(self.rep_a, [*shared, share], False)
        share.active = True
        self.assertSees(self.rep_a, shared)
        share.unlink()
        self.assertSees(self.rep_a, shared, False)

    def test_team_takes_effect_at_once(self):
        """H1: whom a supervisor leads, and who leads, decides what he sees now"""
        client_b = [self.deals[1]["crm.lead"]]
        self.assertSees(self.supervisor_a, client_b, False)
        self.team_b.user_id = self.supervisor_a
        self.assertSees(self.supervisor_a, client_b)
        self.team_b.active = False
        self.assertSees(self.supervisor_a, client_b, False)
        self.team_b.write({"active": True, "user_id": self.supervisor_b.id})
        self.team_a.member_ids |= self.rep_b
        self.assertSees(self.supervisor_a, client_b)
        self.team_a.member_ids -= self.rep_b
        self.assertSees(self.supervisor_a, client_b, False)
        self.env["crm.team"].create(
            {"name": "C", "user_id": self.supervisor_a.id}
            | {"member_ids": [Command.link(self.rep_b.id)]}
        )
        self.assertSees(self.supervisor_a, client_b)

    def test_project_takes_effect_at_once(self):
        """H1: who leaves a project sees nothing of it any more, not even his clients"""
        own = self.hanging(self.deals[0])
        self.assertSees(self.rep_a, own)
        self.project.user_ids -= self.rep_a
        self.assertSees(self.rep_a, own, False)
        self.rep_a.property_project_ids |= self.project
        self.assertSees(self.rep_a, own)
        self.rep_a.write({"property_project_ids": [Command.unlink(self.project.id)]})
        self.assertSees(self.rep_a, own, False)

    def test_archived_project(self):
        """H1: the files of a project that is over stay with those who worked on it"""
        self.project.active = False
        self.assertSees(self.rep_a, self.hanging(self.deals[0]))
        self.assertSees(self.rep_a, self.hanging(self.deals[1]), False)
        self.assertSees(self.hq, self.hanging(self.deals[1]))

    def test_hand_over(self):
        """J1: with the client all that hangs on him goes to the new owner"""
        deal = self.deals[0]
        client = deal["crm.lead"]
        activity = client.with_user(self.rep_a).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.rep_a.id
        )
        moved = [record for record in self.hanging(deal) if "share" not in record._name]
        self.assertSees(self.rep_a, [*moved, activity])
        client._transfer(self.rep_b, "reassigned")
        self.assertSees(self.rep_a, [*moved, activity], False)
        self.assertSees(self.rep_b, [*moved, activity])
        self.assertIn(self.rep_a.partner_id, client.message_partner_ids)
        client.message_post(body="Wants a lower floor", subtype_xmlid="mail.mt_comment")
        told = client.message_ids[:1].notified_partner_ids
        self.assertNotIn(self.rep_a.partner_id, told)
        self.assertIn(self.rep_b.partner_id, told)

    def test_other_company(self):
        """H1: HQ reads the projects of the companies it is logged in to"""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertSees(self.hq, [self.other_project])
        self.other_project.team_ids = False
        self.other_project.company_id = company
        self.assertSees(self.hq, [self.other_project], False)
        self.hq.company_ids |= company
        both = (self.hq.company_id | company).ids
        project = self.other_project.with_user(self.hq)
        self.assertTrue(
            project.with_context(allowed_company_ids=both).has_access("read")
        )

    # === Work goes on ===

    def test_rep_works_on_his_client(self):
        """H1: registers, follows up, talks, plans and meets, all by himself"""
        env = self.env(user=self.rep_a)
        client = self.make_client(self.rep_a, email_from="liu@shu.example")
        client.write({"grade": "a", "family_ids": [Command.create(KIN)]})
        self.assertEqual(client.family_ids.name, "Kin")
        entry = env["property.interaction"].create(
            {
                "kind": "followup_call",
                "lead_id": client.id,
                "project_id": self.project.id,
            }
        )
        self.assertEqual(entry.phone, client.phone)
        message = client.message_post(body="Asks for the school")
        self.assertEqual(message.author_id, self.rep_a.partner_id)
        activity = client.activity_schedule("mail.mail_activity_data_call")
        activity.action_feedback(feedback="Called")
        partner = client._get_client_partner()
        partner.write({"occupation": "Teacher"})
        meeting = env["calendar.event"].create(
            {
                "name": "Viewing",
                "opportunity_id": client.id,
                "start": "2026-01-05 08:00",
                "stop": "2026-01-05 09:00",
                "partner_ids": [Command.link(partner.id)],
            }
        )
        self.assertEqual(meeting.attendee_ids.partner_id, partner)

    def test_lists_name_what_they_point_at(self):
        """H1: a deal's list opens also for who may not open its client's file"""
        deposit = self.deals[0]["property.deposit"]
        display = {"fields": {"display_name": {}}}
        specification = {"lead_id": display, "partner_id": display, "user_id": display}
        for role in ("clerk", "control", "finance", "service", "manager", "hq"):
            deposits = deposit.with_user(self.actors[role])
            with self.subTest(role=role):
                found = deposits.web_search_read(
                    [("id", "=", deposit.id)], specification
                )
                row = found["records"][0]
                self.assertEqual(
                    row["lead_id"]["display_name"], deposit.lead_id.display_name
                )
                self.assertEqual(row["partner_id"]["id"], deposit.partner_id.id)

    # === CRM beside the office ===

    def test_crm_without_office_works_as_in_stock(self):
        """H1: ordinary leads, contacts and meetings are none of the module's business"""
        leads = self.env["crm.lead"].with_user(self.crm)
        contact = self.env["res.partner"].create({"name": "Supplier"})
        lead = leads.create({"name": "Lift service", "partner_id": contact.id})
        lead.write({"phone": "02885550000"})
        lead.activity_schedule("mail.mail_activity_data_call").action_feedback()
        theirs = self.env["crm.lead"].create({"name": "Not his", "user_id": False})
        self.assertEqual(
            leads.search([("id", "in", (lead | theirs).ids)]), lead | theirs
        )
        self.assertEqual(lead.partner_id.name, "Supplier")
        meeting = self.env["calendar.event"].create(
            {
                "name": "Lifts",
                "opportunity_id": lead.id,
                "start": "2026-01-05 08:00",
                "stop": "2026-01-05 09:00",
                "partner_ids": contact.ids,
            }
        )
        report = self.env["crm.activity.report"].with_user(self.crm)
        self.assertSees(self.crm, [contact, meeting, meeting.attendee_ids])
        self.assertTrue(report.search_count([("lead_id", "=", lead.id)]))
        self.assertSees(self.rep_a, [contact, self.rep_b.partner_id, self.rep_b])

    def test_hq_and_control_do_not_write_clients(self):
        """H1: not even with a right of CRM, whose access line allows it"""
        for user in (self.hq, self.control, self.service):
            user.group_ids |= self.env.ref(ALL_LEADS)
            client = self.deals[0]["crm.lead"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                client.write({"district": "Wuhou"})
        self.assertFalse(self.deals[0]["crm.lead"].district)

    def test_person_of_a_lost_client(self):
        """C1: the owner still sees whom a lost file was about, the colleague not"""
        self.deals[0]["crm.lead"].active = False
        person = [self.deals[0]["res.partner"]]
        self.assertSees(self.rep_a, person)
        self.assertSees(self.rep_b, person, False)

    def test_ordinary_lead_becomes_a_client(self):
        """J1: the person is hidden from the moment his lead gets a project"""
        contact = self.env["res.partner"].create({"name": "Wang"})
        lead = self.env["crm.lead"].create(
            {
                "name": "Wang",
                "contact_name": "Wang",
                "phone": "13800138000",
                "partner_id": contact.id,
                "user_id": self.rep_b.id,
                "unit_type_ids": self.type_two.ids,
            }
        )
        address = self.env["res.partner"].create(
            {"name": "Wang's flat", "parent_id": contact.id}
        )
        self.assertSees(self.rep_a, [contact, address])
        lead.project_id = self.project
        self.assertSees(self.rep_a, [contact, address], False)
        self.assertSees(self.rep_b, [contact, address])
        later = self.env["res.partner"].create(
            {"name": "Wang's office", "parent_id": contact.id}
        )
        self.assertSees(self.rep_a, [later], False)

    def test_colleague_who_buys_stays_a_colleague(self):
        """J1: users see each other, else nobody could read who wrote a message"""
        self.make_client(self.rep_b).sudo().partner_id = self.rep_c.partner_id
        self.assertTrue(self.rep_c.partner_id.is_property_client)
        self.assertSees(self.rep_a, [self.rep_c.partner_id, self.rep_c])

    # === What was confirmed ===

    def test_clerk_does_not_change_what_was_confirmed(self):
        """H1: the clerk enters; a confirmed receipt and a signed contract stand"""
        deal = self.deals[0]
        for model, vals in (
            ("property.receipt", {"amount": 8}),
            ("property.receipt", {"date": "2020-01-01"}),
            ("property.receipt", {"state": "draft"}),
            ("property.receipt.line", {"amount": 8}),
            ("property.deposit", {"amount": 8}),
            ("property.deposit", {"price": 8}),
            ("property.contract", {"sign_date": "2020-01-01"}),
            ("property.contract.buyer", {"share": 50}),
            ("property.installment", {"amount": 8}),
            ("crm.lead", {"user_id": self.clerk.id}),
        ):
            with self.subTest(model=model, vals=vals), self.assertRaises(UserError):
                deal[model].with_user(self.clerk).write(vals)
        with self.assertRaises(AccessError):
            deal["property.receipt"].copy().with_user(self.clerk).action_confirm()
