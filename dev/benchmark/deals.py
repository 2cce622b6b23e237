"""Units, and what the buyers among the clients have signed for them."""

from datetime import timedelta

from .contracts import Contracts
from .office import PROJECTS, TYPES

UNITS_PER_CLIENT = 0.1
FLOORS, ROOMS = 25, 8  # of a building
PER_BUILDING = FLOORS * ROOMS


def unit_values(number):
    """Floor, room, unit type, area and price of unit `number` of a project."""
    floor, room = divmod(number % PER_BUILDING, ROOMS)
    unit_type = room % TYPES
    area = 60 + 20 * unit_type + room
    return floor + 1, f"{floor + 1}{room + 1:02}", unit_type, area, 9_000 + 50 * floor


class Deals:
    def __init__(self, filling):
        self.filling, self.life = filling, filling.life
        self.env = filling.env
        self.per_project = round(filling.size * UNITS_PER_CLIENT / PROJECTS)
        self.buyers = [[] for _project in range(PROJECTS)]  # (client, deposit id)
        self.count = 0
        self.partner = max(self.env["res.partner"].search([]).ids)

    def make_buildings(self):
        for project in self.filling.projects:
            self.env["property.building"].create(
                [
                    {
                        "name": f"{n + 1}号楼",
                        "project_id": project.id,
                        "permit_id": project.permit_ids.id,
                    }
                    for n in range(-(-self.per_project // PER_BUILDING))
                ]
            )
        self.env.flush_all()
        self._open_tables()

    def _open_tables(self):
        table = self.filling.table
        self.partners = table(
            "res.partner",
            "id commercial_partner_id name complete_name phone phone_sanitized user_id",
            "partner",
        )
        columns = (
            "id name unit_id project_id lead_id partner_id user_id date slip_expires "
            "price area_gross plan_id confirm_date sign_deadline papers_date "
            "paid_amount "
        )
        self.deposits = table(
            "property.deposit", columns + "lapse_date lapse_rule", "deposit"
        )
        self.signed = table("property.deposit", columns, "signed_deposit")
        self.contracts = Contracts(self.filling)
        self.events = {
            state: table(
                "property.unit.event",
                "unit_id project_id date price origin",
                f"event_{state}",
            )
            for state in ("unreleased", "available", "slip", "deposit", "contracted")
        }
        self.sold = table(
            "property.ownership", "lead_id project_id user_id date", "sold"
        )
        columns = (
            "id building_id project_id floor unit_type_id name room area_gross "
            "area_net list_price list_price_sqm filed_price floor_price deposit_id "
            "contract_id"
        )
        self.units = table("property.unit", columns, "unit")
        self.sold_units = table("property.unit", columns, "sold_unit")
        self.contracted = table("property.unit", columns, "contracted_unit")

    def sell(self, client, name, phone, user):
        """A deposit for the client, confirmed; returns the id of his person."""
        self.count += 1
        self.partner += 1
        self.partners.add(*[self.partner] * 2, name, name, phone, f"+86{phone}", user)
        project = self.life.owner[client] % PROJECTS
        self.buyers[project].append((client, self.count, self.partner, user))
        return self.partner

    def copy_units(self):
        unit_id = 0
        opened = self.life.days[0]
        for index, project in enumerate(self.filling.projects):
            buildings = project.building_ids.sorted("id")
            for number in range(self.per_project):
                unit_id += 1
                building = buildings[number // PER_BUILDING]
                floor, room, unit_type, area, sqm = unit_values(number)
                price = area * sqm
                for hour, state in enumerate(("unreleased", "available")):
                    self.events[state].add(
                        unit_id, project.id, f"{opened} 0{hour}:00:00", 0, None
                    )
                buyer = number < len(self.buyers[index]) and self.buyers[index][number]
                deposit = contract = None
                if buyer:
                    deposit = buyer[1]
                    contract = self._copy_deal(buyer, unit_id, project, price, area)
                (
                    self.contracted
                    if contract
                    else self.sold_units
                    if buyer
                    else self.units
                ).add(
                    *(unit_id, building.id, project.id, floor),
                    self.filling.types[index][unit_type],
                    *(f"{number // PER_BUILDING + 1}-{room}", room, area, area - 15),
                    *(price, sqm, round(price * 1.05, 2), round(price * 0.95, 2)),
                    *(deposit, contract),
                )

    def _copy_deal(self, buyer, unit_id, project, price, area):
        """:return: the id of the contract, if it is signed"""
        client, deposit, partner, user = buyer
        day = self.life.days[self.life.sold[client]]
        slip, paid = f"{day} 02:00:00", f"{day} 07:00:00"
        contract, money = self.contracts.sign(
            *(day, deposit, unit_id, project, client + 1, partner, user, price, area)
        )
        row = (
            *(deposit, f"D{deposit:07}", unit_id, project.id, client + 1, partner),
            *(user, slip, f"{day + timedelta(1)} 02:00:00", price, area),
            *(project.plan_ids.id, paid, day + timedelta(7), day, money),
        )
        moments = [("slip", slip), ("deposit", paid)]
        if contract:
            self.signed.add(*row)
            moments.append(("contracted", f"{contract[1]} 08:00:00"))
        else:
            # Papers complete, not yet signed: seven days to sign, three of grace.
            self.deposits.add(*row, day + timedelta(10), "sign")
        for state, moment in moments:
            self.events[state].add(
                *(unit_id, project.id, moment, price, f"property.deposit,{deposit}")
            )
        self.sold.add(client + 1, project.id, user, paid)
        return contract and contract[0]
