from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ..models.property_interaction_chain import GENESIS

MODULE = "crm_property_sales"
UTC8 = "Asia/Shanghai"


class PropertyCommon(BaseCommon):
    """Two projects with their people and units, each step taken by who takes it.

    'Test Garden' has two teams, each a rep and his supervisor, and one of every other
    role; rep_c works in 'Other Garden' only. With `HttpCase` as second base it serves
    browser tests too: a user's password is his login, filled up with x to eight places.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_people()
        cls._make_projects()
        cls._make_inventory()
        cls._make_plans()
        cls.source = cls.env["utm.source"].create({"name": "Test Billboard"})

    @classmethod
    def setup_main_company(cls, currency_code="CNY"):
        result = super().setup_main_company(currency_code)
        cls.env.company.country_id = cls.env.ref("base.cn")
        return result

    @classmethod
    def _make_people(cls):
        """`actors` has one user of each role; rep_b, supervisor_b and rep_c besides."""

        def user(login, role):
            return new_test_user(
                cls.env,
                login=login,
                name=login,
                groups=f"{MODULE}.group_{role}",
                tz=UTC8,
                lang="en_US",
            )

        cls.rep_a, cls.rep_b, cls.rep_c = (
            user(login, "rep") for login in ("rep_a", "rep_b", "rep_c")
        )
        cls.supervisor_a, cls.supervisor_b = (
            user(login, "supervisor") for login in ("supervisor_a", "supervisor_b")
        )
        cls.clerk, cls.control, cls.finance, cls.service, cls.manager, cls.hq = (
            user(role, role)
            for role in ("clerk", "control", "finance", "service", "manager", "hq")
        )
        cls.actors = {
            "rep": cls.rep_a,
            "clerk": cls.clerk,
            "control": cls.control,
            "finance": cls.finance,
            "service": cls.service,
            "supervisor": cls.supervisor_a,
            "manager": cls.manager,
            "hq": cls.hq,
        }
        cls.team_a, cls.team_b = cls.env["crm.team"].create(
            [
                {
                    "name": f"Test {supervisor.name}",
                    "user_id": supervisor.id,
                    "member_ids": [Command.set((rep | supervisor).ids)],
                }
                for supervisor, rep in (
                    (cls.supervisor_a, cls.rep_a),
                    (cls.supervisor_b, cls.rep_b),
                )
            ]
        )

    @classmethod
    def _make_projects(cls):
        people = cls.env["res.users"].union(*cls.actors.values())
        people |= cls.rep_b | cls.supervisor_b
        cls.project, cls.other_project = cls.env["property.project"].create(
            [
                {
                    "name": "Test Garden",
                    "code": "TG",
                    "tz": UTC8,
                    "currency_id": cls.env.ref("base.CNY").id,
                    "manager_id": cls.manager.id,
                    "user_ids": [Command.set(people.ids)],
                    "team_ids": [Command.set((cls.team_a | cls.team_b).ids)],
                },
                {
                    "name": "Other Garden",
                    "code": "OG",
                    "tz": UTC8,
                    "currency_id": cls.env.ref("base.CNY").id,
                    "user_ids": [Command.set(cls.rep_c.ids)],
                },
            ]
        )

    @classmethod
    def _make_inventory(cls):
        """Eight units at one to 1.7 million on two buildings, one in the other project:
        list 5 % below filed, floor 5 % below list."""
        cls.permit, cls.other_permit = cls.env["property.permit"].create(
            [
                {"number": number, "project_id": project.id, "issue_date": "2020-01-01"}
                for number, project in (
                    ("2020-001", cls.project),
                    ("2020-002", cls.other_project),
                )
            ]
        )
        cls.building, cls.building_2, cls.other_building = cls.env[
            "property.building"
        ].create(
            [
                {
                    "name": name,
                    "project_id": permit.project_id.id,
                    "permit_id": permit.id,
                }
                for name, permit in (
                    ("1号楼", cls.permit),
                    ("2号楼", cls.permit),
                    ("9号楼", cls.other_permit),
                )
            ]
        )
        cls.type_two, cls.type_three, cls.other_type = cls.env[
            "property.unit.type"
        ].create(
            [
                {"name": "B2", "project_id": cls.project.id, "rooms": 2},
                {"name": "C3", "project_id": cls.project.id, "rooms": 3},
                {"name": "B2", "project_id": cls.other_project.id, "rooms": 2},
            ]
        )
        cls.env["property.band"].create(
            [
                {
                    "project_id": cls.project.id,
                    "dimension": dimension,
                    "name": f"{lower}-{upper or ''}",
                    "lower": lower,
                    "upper": upper,
                }
                for dimension, border in (("area", 90), ("floor", 3), ("price", 1.4e6))
                for lower, upper in ((0, border), (border, 0))
            ]
        )
        cls.units = cls._make_units(cls.building, cls.type_two, 1_000_000)
        cls.units |= cls._make_units(cls.building_2, cls.type_three, 1_400_000)
        cls.unit, cls.unit_2, cls.unit_3 = cls.units[:3]
        cls.other_unit = cls._make_units(cls.other_building, cls.other_type, 900_000)[0]

    @classmethod
    def _make_units(cls, building, unit_type, first_price):
        """Four released units: floors 1 and 2 (building) with two rooms each."""
        units = cls.env["property.unit"].create(
            [
                {
                    "building_id": building.id,
                    "floor": floor,
                    "room": f"{floor}0{room}",
                    "unit_type_id": unit_type.id,
                    "area_gross": 80 + 10 * unit_type.rooms,
                    "area_net": 64 + 8 * unit_type.rooms,
                }
                | cls.prices(first_price + 100_000 * (2 * floor + room - 3))
                for floor in (1, 2)
                for room in (1, 2)
            ]
        )
        units._move("available")
        return units

    @staticmethod
    def prices(price):
        return {
            "list_price": price,
            "filed_price": price * 1.05,
            "floor_price": price * 0.95,
        }

    @classmethod
    def _make_plans(cls):
        cls.plan_lump, cls.plan_instalments, cls.plan_mortgage = cls.env[
            "property.payment.plan"
        ].create(
            [
                {
                    "name": method,
                    "project_id": cls.project.id,
                    "payment_method": method,
                    "line_ids": [Command.create(line) for line in lines],
                }
                for method, lines in (
                    (
                        "lump_sum",
                        [{"name": "All", "value": "balance", "days": 30}],
                    ),
                    (
                        "instalment",
                        [
                            {"name": "First third", "percent": 33.33},
                            {"name": "Second third", "percent": 33.33, "days": 30},
                            {"name": "Rest", "value": "balance", "days": 60},
                        ],
                    ),
                    (
                        "mortgage",
                        [
                            {
                                "name": "Down payment",
                                "kind": "down_payment",
                                "percent": 30,
                                "days": 7,
                            },
                            {
                                "name": "Loan",
                                "kind": "mortgage",
                                "value": "balance",
                                "days": 60,
                            },
                        ],
                    ),
                )
            ]
        )

    # === What people do ===

    @classmethod
    def make_client(cls, user, **vals):
        """A client file entered by `user`, complete (B8) unless `vals` break it."""
        project = cls.other_project if user == cls.rep_c else cls.project
        number = cls.env["crm.lead"].search_count([]) + 10_000_000
        defaults = {
            "project_id": project.id,
            "contact_name": f"Client {number}",
            "phone": f"138{number}",
            "unit_type_ids": (
                cls.other_type if project == cls.other_project else cls.type_two
            ).ids,
        }
        return cls.env["crm.lead"].with_user(user).create(defaults | vals)

    @classmethod
    def close_entries(cls, entries):
        """As if the day had been closed with these entries alone, complete or not."""
        entries = entries.sudo()
        project = entries.project_id
        last = entries.search(
            [("project_id", "=", project.id), ("state", "=", "closed")],
            order="chain_number DESC",
            limit=1,
        )
        entries._chain(
            cls.env["property.day"]._of(project),
            last.chain_number,
            last.chain_value or GENESIS,
        )

    @classmethod
    def make_slip(cls, client, unit, **vals):
        """A slip control has drafted, not yet opened."""
        defaults = {
            "unit_id": unit.id,
            "lead_id": client.id,
            "amount": 20_000,
            "plan_id": cls.plan_mortgage.id,
        }
        deposits = cls.env["property.deposit"].with_user(cls.control)
        return deposits.create(defaults | vals)

    @classmethod
    def open_slip(cls, client, unit, **vals):
        deposit = cls.make_slip(client, unit, **vals)
        deposit.action_open_slip()
        return deposit

    @classmethod
    def confirm_deposit(cls, deposit):
        """The clerk takes the payment, finance confirms it."""
        deposit.with_user(cls.clerk).action_register_payment()
        deposit.with_user(cls.finance).action_confirm()
        return deposit

    @classmethod
    def sign_contract(cls, deposit):
        """The clerk drafts and signs the contract of a confirmed deposit."""
        deposit.with_user(cls.clerk).action_sign()
        return deposit.with_user(cls.clerk).contract_id

    @classmethod
    def sell(cls, client, unit, **vals):
        """The whole first sale; returns the signed contract."""
        return cls.sign_contract(
            cls.confirm_deposit(cls.open_slip(client, unit, **vals))
        )

    @classmethod
    def make_receipt(cls, document, amount, **vals):
        """A receipt the clerk has drafted for a deposit, contract or earnest money."""
        link = document._name.removeprefix("property.") + "_id"
        receipts = cls.env["property.receipt"].with_user(cls.clerk)
        return receipts.create({link: document.id, "amount": amount} | vals)

    @classmethod
    def pay(cls, document, amount, **vals):
        """Money for a deposit or a contract, confirmed by finance."""
        receipt = cls.make_receipt(document, amount, **vals)
        receipt.with_user(cls.finance).action_confirm()
        return receipt

    @contextmanager
    def assertRefused(self, pattern):
        """The user is told so in words, and as on the server nothing of it stays."""
        refusals = (UserError, RedirectWarning)
        with self.assertRaisesRegex(refusals, pattern), self.cr.savepoint():
            yield

    def run_cron(self, xmlid):
        """Run a cron job of the module as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{xmlid}").method_direct_trigger()


class EmptyProjectCommon(PropertyCommon):
    """`project` is new and has no units; `control` works there only, `stranger` is
    control elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.user_ids -= cls.control
        cls.project = cls.env["property.project"].create(
            {
                "name": "卓越南城",
                "code": "ZY",
                "user_ids": [Command.set((cls.control | cls.rep_a).ids)],
            }
        )
        cls.stranger = new_test_user(
            cls.env, login="stranger", groups=f"{MODULE}.group_control", tz=UTC8
        )
        cls.other_project.user_ids += cls.stranger

    @property
    def project_units(self):
        return self.env["property.unit"].search([("project_id", "=", self.project.id)])
