"""Contracts of what was sold, their instalments, and the money that came for them."""

from datetime import timedelta

from .office import STAGES

SIGNED_AFTER, FILED_AFTER = 7, 14  # days after the deposit
DEPOSIT_AMOUNT = 20_000


def stages(price):
    """Days after the signing and amount of each instalment."""
    amounts = [round(price * part / 100, 2) for _name, _days, part in STAGES[:-1]]
    amounts.append(round(price - sum(amounts), 2))
    return [
        (days, amount)
        for (_name, days, _part), amount in zip(STAGES, amounts, strict=True)
    ]


def late(number, place):
    """Some of the second instalments are paid in half, some of the last not at all."""
    return {1: 0.5 if number % 4 == 0 else 1, 2: 0 if number % 3 == 0 else 1}[place]


class Contracts:
    def __init__(self, filling):
        self.filling = filling
        self.last = filling.life.days[-1]
        table = filling.table
        self.ids = dict.fromkeys(("contract", "installment", "receipt"), 0)
        columns = (
            "id name deposit_id unit_id project_id lead_id user_id price area_gross "
            "plan_id sign_date paid_amount residual"
        )
        self.signed = table("property.contract", columns, "signed")
        self.filed = table(
            "property.contract", columns + " filing_number filing_date", "filed"
        )
        self.purchasers = table(
            "property.contract.buyer",
            "contract_id project_id user_id lead_id partner_id",
            "purchaser",
        )
        self.installments = table(
            "property.installment",
            "id contract_id project_id lead_id user_id sequence name due_date "
            "expected_date amount paid_amount residual",
            "installment",
        )
        columns = (
            "id name deposit_id contract_id project_id lead_id partner_id user_id date "
            "confirm_date amount signed_amount"
        )
        self.deposit_money = table("property.receipt", columns, "receipt")
        self.money = table("property.receipt", columns, "contract_receipt")
        self.lines = table(
            "property.receipt.line",
            "receipt_id installment_id project_id lead_id user_id amount",
            "line",
        )

    def _next(self, name):
        self.ids[name] += 1
        return self.ids[name]

    def sign(self, day, deposit, unit, project, client, partner, user, price, area):
        """What follows a deposit of `day`: its money, and where the time for it has
        come its contract with all that was paid.

        :return: contract's id and day or None, money that came so far
        """
        signing = day + timedelta(SIGNED_AFTER)
        contract = self._next("contract") if signing <= self.last else None
        who = (project.id, client, partner, user)
        receipt = self._receipt(
            *(self.deposit_money, deposit, contract, who, day, DEPOSIT_AMOUNT)
        )
        if not contract:
            return None, DEPOSIT_AMOUNT
        whose = (project.id, client, user)
        total = 0
        for place, (days, amount) in enumerate(stages(price)):
            due = signing + timedelta(days)
            lines, paid = [], 0
            if not place:
                rest = round(amount - DEPOSIT_AMOUNT, 2)
                lines = [(receipt, DEPOSIT_AMOUNT)]
                lines.append((self._pay(deposit, contract, who, due, rest), rest))
                paid = amount
            elif due <= self.last and late(deposit, place):
                paid = round(amount * late(deposit, place), 2)
                lines = [(self._pay(deposit, contract, who, due, paid), paid)]
            claim = self._next("installment")
            self.installments.add(
                *(claim, contract, project.id, client, user, place + 1),
                *(STAGES[place][0], due, due, amount, paid, round(amount - paid, 2)),
            )
            for money, part in lines:
                self.lines.add(money, claim, *whose, part)
            total = round(total + paid, 2)
        row = (
            *(contract, f"C{contract:07}", deposit, unit, *whose[:1], client, user),
            *(price, area, project.plan_ids.id, signing, total),
            round(price - total, 2),
        )
        filing = day + timedelta(FILED_AFTER)
        if filing <= self.last:
            self.filed.add(*row, f"W{contract:07}", filing)
        else:
            self.signed.add(*row)
        self.purchasers.add(contract, project.id, user, client, partner)
        return (contract, signing), total

    def _pay(self, deposit, contract, who, day, amount):
        return self._receipt(self.money, deposit, contract, who, day, amount)

    def _receipt(self, table, deposit, contract, who, day, amount):
        receipt = self._next("receipt")
        table.add(
            *(receipt, f"R{receipt:07}", deposit, contract, *who, day),
            *(f"{day} 07:00:00", amount, amount),
        )
        return receipt
