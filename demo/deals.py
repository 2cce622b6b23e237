"""From the released unit to the contract that is being paid."""

from collections import defaultdict
from datetime import date, timedelta

from stdnum.cn import ric

from odoo import Command

from . import stock
from .clock import utc
from .plans import PLANS, plan_for
from .words import (
    CLAUSES,
    DISTRICTS,
    FEMALE,
    HELD_FOR,
    LOST_BECAUSE,
    MALE,
    OCCUPATIONS,
    SURNAMES,
)

PLAN_SHARES = (18, 44, 16, 22)  # of a hundred buyers, in the order of the plans
DISCOUNTS = (1, 1, 0.99, 0.99, 0.98, 0.97)
INCOMES = {"100": 15, "200": 40, "500": 32, "1000": 10, "more": 3}
EDUCATIONS = {"school": 18, "college": 32, "bachelor": 40, "master": 10}
# What becomes of a slip: it ends unpaid or withdrawn; the payment is withdrawn before
# finance saw it; the contract is never signed; all goes well.
FATES = {"lapse": 7, "withdraw": 4, "regret": 3, "linger": 8, "sign": 78}
# Slips of the last day, and what they wait for: the payment or finance.
TODAY = {0.3: "paid", 0.45: "slip", 0.6: "paid", 0.75: "slip", 0.9: "slip"}
LOANS = ("mortgage", "provident")
METHODS = {"transfer": 55, "card": 35, "cash": 5, "cheque": 5}


class Deals:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        self._free = defaultdict(list)  # what control may offer, by unit type

    # === Units ===

    def plan(self):
        """Two waves of releases; some units held, some never put on sale."""
        office = self.office
        city, spring = office.projects
        (b29, b30), (s1, s2, _s3) = city.building_ids, spring.building_ids
        lower = b30.unit_ids.filtered(lambda unit: unit.floor <= 20)
        waves = [
            (0, b29.unit_ids + s1.unit_ids),
            (28, lower),
            (45, s2.unit_ids),
        ]
        for days, units in waves:
            day = office.start + timedelta(days=days)
            office.at(utc(day, 8, 40), self.release, units)
        blocked = self.rng.sample((b30.unit_ids - lower).ids, 2)
        b30.unit_ids.browse(blocked).block_reason = "在建工程抵押，解押手续办理中"
        opening = utc(office.today, 9)
        passed = min(office.now, utc(office.today, 18)) - opening
        for part, fate in TODAY.items():
            office.at(opening + passed * part, self.open_todays_slip, fate)

    def release(self, units):
        """Put the units on sale, but hold one in thirty."""
        held = units.browse(self.rng.sample(units.ids, len(units) // 30))
        self.office.by("control", units - held).action_release()
        for unit in held:
            reason = self.rng.choice(HELD_FOR)
            stock.hold(self.office, unit, reason)
            if self.office.chance(0.4):
                when = self.office.in_days(10, 40)
                self.office.at(when, self.release_held, unit)
        for unit in units - held:
            self._free[unit.unit_type_id].append(unit)

    def release_held(self, unit):
        self.office.by("control", unit).action_release()
        self._free[unit.unit_type_id].append(unit)

    def wish(self, client):
        """The client has set his heart on a unit (C9)."""
        if units := self._free[client.unit_type]:
            lead = self.office.as_(client.rep, client.lead)
            lead.wanted_unit_ids = self.rng.choice(units)

    def _take(self, client):
        """A unit for the client: of his type, else of any with rooms."""
        units = self._free[client.unit_type]
        if not units:
            types = client.project.unit_type_ids
            units = max((self._free[one] for one in types), key=len)
        return units.pop(self.rng.randrange(len(units)))

    # === Slip and deposit ===

    def open_todays_slip(self, fate):
        """One that is still open when the story ends."""
        clients = [one for one in self.office.reception.clients if one.is_open]
        client = max(clients, key=lambda one: (one.keen > 0.6, one.seen, one.keen))
        self.open_slip(client, fate)

    def open_slip(self, client, fate=None):
        office, rng = self.office, self.rng
        fate = fate or office.pick(FATES)
        unit = self._take(client)
        client.bought = True
        office.as_(client.rep, client.lead).wanted_unit_ids = unit
        amount = rng.choice((20_000, 20_000, 30_000, 50_000))
        _name, method, _lines = rng.choices(PLANS, PLAN_SHARES)[0]
        price = round(unit.list_price * rng.choice(DISCOUNTS))
        discount = office.discounts.for_slip(client, unit)
        deposit = office.by("control", self.env["property.deposit"]).create(
            {
                "unit_id": unit.id,
                "lead_id": client.lead.id,
                "amount": amount,
                "plan_id": plan_for(unit, method).id,
                "discount_id": discount.id,
                "price": discount.price or price,
            }
        )
        deposit.action_open_slip()
        if fate in ("lapse", "slip") and office.chance(0.4):
            office.at(office.soon(20, 200), office.discounts.extend, deposit, client)
        if fate == "lapse":
            office.at(deposit.slip_expires, self.lapse, deposit, client)
        elif fate == "withdraw":
            office.at(office.soon(60, 400), self.withdraw, deposit, client)
        elif fate == "paid":
            self.pay(deposit, client, fate)
        elif fate != "slip":
            office.at(office.soon(20, 300), self.pay, deposit, client, fate)

    def lapse(self, deposit, client):
        if deposit.slip_expires > self.office.moment:  # it was extended
            self.office.at(deposit.slip_expires, self.lapse, deposit, client)
            return
        deposit.sudo().action_lapse("客户未按时交款，房位确认单自动失效")
        self._back(deposit, client)

    def withdraw(self, deposit, client):
        reason = self.rng.choice(LOST_BECAUSE)
        self.office.by("control", deposit).action_cancel(reason)
        self._back(deposit, client)

    def _back(self, deposit, client):
        unit = deposit.unit_id.sudo().with_env(self.env)
        self._free[unit.unit_type_id].append(unit)
        client.bought = False
        client.keen = 0.5
        self.office.reception.console(client)

    def pay(self, deposit, client, fate):
        office = self.office
        if not office.collections.convert(deposit):
            office.by("clerk", deposit).action_register_payment(office.pick(METHODS))
        self._complete_file(deposit.partner_id, client)
        if fate == "regret":
            office.at(office.soon(30, 200), self.withdraw, deposit, client)
        elif fate != "paid":
            office.at(office.soon(15, 180), self.confirm, deposit, client, fate)

    def _complete_file(self, partner, client):
        """Whoever pays shows his card: the clerk completes the person's file."""
        office, rng = self.office, self.rng
        office.by("clerk", partner).write(
            {
                "id_number": self._id_number(client),
                "occupation": rng.choice(OCCUPATIONS),
                "income_band": office.pick(INCOMES),
                "education": office.pick(EDUCATIONS),
                "district": client.district,
                "work_district": rng.choice(list(DISTRICTS)),
                "street": f"{client.district}模拟路{rng.randint(1, 200)}号",
                "city": "成都市",
            }
        )

    def _id_number(self, client):
        """With a serial that real cards reserve for people over a hundred."""
        rng = self.rng
        born = date(rng.randint(1962, 2001), rng.randint(1, 12), rng.randint(1, 28))
        serial = rng.choice(("996", "998") if client.female else ("997", "999"))
        digits = f"{DISTRICTS[client.district]}{born:%Y%m%d}{serial}"
        return digits + ric.calc_check_digit(digits + "0")

    def confirm(self, deposit, client, fate):
        office = self.office
        office.by("finance", deposit).action_confirm()
        if office.chance(0.85):
            office.at(office.in_days(0, 4), self.bring_papers, deposit)
        if fate == "sign":
            last = deposit.project_id.policy().sign_days + 1
            office.at(office.in_days(1, last), self.sign, deposit, client)

    def bring_papers(self, deposit):
        if deposit.state == "confirmed":
            self.office.by("clerk", deposit).action_papers_complete()

    # === Contract and money ===

    def sign(self, deposit, client):
        office, rng = self.office, self.rng
        if deposit.state != "confirmed":  # exchanged or cancelled since
            return
        contract = office.by("clerk", deposit)._prepare_contract()
        if office.chance(0.3):
            self._add_spouse(contract, client)
        if office.chance(0.15):
            contract.special_clauses = rng.choice(CLAUSES)
        office.loans.collect(contract, "sign", 0.9)
        contract.action_sign()
        office.loans.begin(contract)
        office.at(office.in_days(5, 15), self.file, contract)
        office.at(office.in_days(10, 25), office.reception.care, client)
        for installment in contract.installment_ids.sudo():
            self.expect(installment)

    def _add_spouse(self, contract, client):
        office, rng = self.office, self.rng
        name = rng.choice(SURNAMES) + rng.choice(MALE if client.female else FEMALE)
        phone = f"1990001{int(client.phone[-4:]):04}"
        spouse = office.by("clerk", self.env["res.partner"]).create(
            {"name": name, "phone": phone}
        )
        contract.buyer_ids.share = 50
        contract.buyer_ids = [Command.create({"partner_id": spouse.id, "share": 50})]
        self._complete_file(spouse, client)
        office.as_(client.rep, self.env["property.family.member"]).create(
            {
                "lead_id": client.lead.id,
                "name": name,
                "relation": "spouse",
                "phone": phone,
                "id_number": spouse.id_number,
                "proof": "结婚证",
            }
        )

    def expect(self, installment):
        """When the money comes: at the desk, in time, late, or not yet."""
        office, rng = self.office, self.rng
        due = installment.due_date
        if not due or installment.kind in LOANS:  # the building, the bank
            return None
        if due == office.day:
            return office.at(office.soon(5, 30), self.receive, installment, 1)
        luck = rng.random()
        if luck < 0.15:  # half of it, well before
            delay, share = rng.randint(-40, -10), 0.5
        elif luck < 0.75:
            delay, share = rng.randint(-6, 0), 1
        elif luck < 0.93:
            delay, share = rng.randint(2, 25), 1
        else:
            return None
        when = utc(due + timedelta(days=delay), rng.randint(9, 16), rng.randrange(60))
        return office.at(when, self.receive, installment, share)

    def receive(self, installment, share):
        """Paid at the desk."""
        office = self.office
        if not installment.exists():  # another plan since
            return
        amount = installment.currency_id.round(installment.residual * share)
        if not amount:  # a later payment went to this one, the oldest due
            return
        receipt = office.by("clerk", self.env["property.receipt"]).create(
            {
                "contract_id": installment.contract_id.id,
                "amount": amount,
                "nature": "fee" if installment.kind == "fee" else "price",
                "method": office.pick(METHODS),
                "account_id": office.collections.account(installment).id,
                "date": office.day,
            }
        )
        office.at(office.soon(20, 200), self.confirm_receipt, receipt)

    def confirm_receipt(self, receipt):
        if receipt.state == "draft":  # else it was hurried before an exchange
            self.office.by("finance", receipt).action_confirm()

    def file(self, contract):
        """Online filing (网签)."""
        office = self.office
        if contract.state != "signed":
            return
        number = f"{office.day:%Y}{contract.id + 3_100_000}"
        contract = office.by("clerk", contract)
        contract.write({"filing_number": number, "filing_date": office.day})
        contract.action_file()
