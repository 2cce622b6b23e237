from datetime import date
from decimal import Decimal
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..models.settlement import NATURES, Payment, Sale, Terms, cents, refunds, settle

PAID_ON, DAY = date(2026, 1, 1), date(2026, 4, 11)  # a hundred days
# At 3.65 % a year a day is a ten-thousandth.
CLAUSES = {"interest": 3.65}
HIGH = CLAUSES | {"buyer_penalty": 10, "seller_penalty": 12}
LOW = CLAUSES | {"buyer_penalty": 1, "seller_penalty": 1}
CREDITED = HIGH | {"deposit_stays": False}

# What was paid when the sale was undone. A price of one million in all of them.
SLIP = {"deposit": 50_000}
TAKEN = {"deposit": 50_000, "earnest": 10_000}
SIGNED = {"deposit": 50_000, "price": 300_000, "fee": 20_000}

EARNEST = ("earnest_returned", 10_000, 10_000)
PRICE = ("price_returned", 300_000, 300_000)
FEES = [("fee_returned", 15_000, 15_000), ("fee_remitted", 5_000, 0)]
INTEREST = ("interest", 0, 3_000)

# (stage, fault, paid, clauses) -> lines (kind, of the money paid, to the client),
# refunds by nature, what the client still owes, what the office keeps
TABLE = [
    # Before finance has confirmed there is no deposit in the law's sense.
    (("slip", "buyer", SLIP, HIGH), [("deposit_unconfirmed", 50_000, 50_000)],
     {"deposit": 50_000}, 0, 0),
    (("slip", "seller", SLIP, HIGH), [("deposit_unconfirmed", 50_000, 50_000)],
     {"deposit": 50_000}, 0, 0),
    (("slip", "none", SLIP, HIGH), [("deposit_unconfirmed", 50_000, 50_000)],
     {"deposit": 50_000}, 0, 0),
    # Confirmed, not signed: a penalty of the contract does not exist yet.
    (("confirmed", "buyer", TAKEN, HIGH),
     [("deposit_forfeited", 50_000, 0), EARNEST],
     {"earnest": 10_000}, 0, 50_000),
    (("confirmed", "seller", TAKEN, HIGH),
     [("deposit_due_back", 50_000, 50_000), ("deposit_doubled", 0, 50_000), EARNEST],
     {"deposit": 50_000, "earnest": 10_000, "compensation": 50_000}, 0, -50_000),
    (("confirmed", "none", TAKEN, HIGH),
     [("deposit_returned", 50_000, 50_000), EARNEST],
     {"deposit": 50_000, "earnest": 10_000}, 0, 0),
    # Signed, no clause on penalties: the deposit decides.
    (("signed", "buyer", SIGNED, CLAUSES),
     [("deposit_forfeited", 50_000, 0), PRICE, *FEES],
     {"price": 300_000, "fee": 15_000}, 0, 55_000),
    (("signed", "seller", SIGNED, CLAUSES),
     [("deposit_due_back", 50_000, 50_000), ("deposit_doubled", 0, 50_000), PRICE,
      INTEREST, *FEES],
     {"deposit": 50_000, "price": 300_000, "fee": 15_000, "compensation": 53_000},
     0, -48_000),
    (("signed", "none", SIGNED, CLAUSES),
     [("deposit_returned", 50_000, 50_000), PRICE, INTEREST, *FEES],
     {"deposit": 50_000, "price": 300_000, "fee": 15_000, "compensation": 3_000},
     0, 2_000),
    # Signed, with a penalty above the deposit: it takes its place (art. 588).
    (("signed", "buyer", SIGNED, HIGH),
     [("deposit_waived", 50_000, 50_000), PRICE, ("penalty_buyer", 0, -100_000), *FEES],
     {"deposit": 50_000, "price": 200_000, "fee": 15_000}, 0, 105_000),
    (("signed", "seller", SIGNED, HIGH),
     [("deposit_waived", 50_000, 50_000), PRICE, INTEREST,
      ("penalty_seller", 0, 120_000), *FEES],
     {"deposit": 50_000, "price": 300_000, "fee": 15_000, "compensation": 123_000},
     0, -118_000),
    (("signed", "none", SIGNED, HIGH),
     [("deposit_returned", 50_000, 50_000), PRICE, INTEREST, *FEES],
     {"deposit": 50_000, "price": 300_000, "fee": 15_000, "compensation": 3_000},
     0, 2_000),
    # A penalty below the deposit is not asked for.
    (("signed", "buyer", SIGNED, LOW),
     [("deposit_forfeited", 50_000, 0), PRICE, *FEES],
     {"price": 300_000, "fee": 15_000}, 0, 55_000),
    # The deposit became part of the price at signing: it bears interest as well.
    (("signed", "buyer", SIGNED, CREDITED),
     [("deposit_credited", 50_000, 50_000), PRICE, ("penalty_buyer", 0, -100_000),
      *FEES],
     {"deposit": 50_000, "price": 200_000, "fee": 15_000}, 0, 105_000),
    (("signed", "none", SIGNED, CREDITED),
     [("deposit_credited", 50_000, 50_000), PRICE, ("interest", 0, 3_500), *FEES],
     {"deposit": 50_000, "price": 300_000, "fee": 15_000, "compensation": 3_500},
     0, 1_500),
    # More than a fifth of the price is no deposit beyond the fifth.
    (("confirmed", "buyer", {"deposit": 230_000}, {}),
     [("deposit_excess", 30_000, 30_000), ("deposit_forfeited", 200_000, 0)],
     {"deposit": 30_000}, 0, 200_000),
    (("confirmed", "seller", {"deposit": 200_000}, {}),
     [("deposit_due_back", 200_000, 200_000), ("deposit_doubled", 0, 200_000)],
     {"deposit": 200_000, "compensation": 200_000}, 0, -200_000),
    # A penalty beyond what was paid: set off against all, the rest is owed.
    (("signed", "buyer", SLIP, HIGH),
     [("deposit_waived", 50_000, 50_000), ("penalty_buyer", 0, -100_000)],
     {}, 50_000, 100_000),
    (("signed", "buyer", {"price": 60_000, "fee": 60_000}, HIGH),
     [("price_returned", 60_000, 60_000), ("penalty_buyer", 0, -100_000),
      ("fee_returned", 55_000, 55_000), ("fee_remitted", 5_000, 0)],
     {"fee": 15_000}, 0, 105_000),
]  # fmt: skip


def sale(stage, fault, paid, price=1_000_000, **vals):
    payments = tuple(Payment(nature, paid[nature], PAID_ON) for nature in paid)
    facts = {
        "is_confirmed": stage != "slip",
        "is_signed": stage == "signed",
        "day": DAY,
        "fee_remitted": 5_000,
    }
    return Sale(fault, cents(price), payments, **facts | vals)


@tagged("post_install", "-at_install")
class TestSettlement(BaseCase):
    def test_table(self):
        """E7: each figure as reckoned by hand; forfeited, doubled or returned"""
        for (stage, fault, paid, clauses), lines, expected, owed, kept in TABLE:
            with self.subTest(stage=stage, fault=fault, clauses=clauses):
                result = settle(sale(stage, fault, paid), Terms(**clauses))
                self.assertEqual(
                    [(one.kind, one.base, one.amount) for one in result], lines
                )
                self.assertEqual(refunds(result), (expected, owed))
                self.assertEqual(sum(one.base for one in result), sum(paid.values()))
                self.assertEqual(sum(one.base - one.amount for one in result), kept)

    def test_price_after_discount(self):
        """E7, E4: limit and penalty follow the price that was agreed on"""
        lines = settle(
            sale("confirmed", "buyer", {"deposit": 200_000}, price=963_555.55), Terms()
        )
        self.assertEqual(
            [(one.kind, float(one.amount)) for one in lines],
            [("deposit_excess", 7_288.89), ("deposit_forfeited", 0)],
        )
        lines = settle(
            sale("signed", "buyer", {"price": 500_000}, price=963_555.55),
            Terms(buyer_penalty=3.33),
        )
        self.assertEqual(float(lines[-1].amount), -32_086.40)

    def test_interest_from_each_payment(self):
        """E7: each payment bears interest from its day, a refund takes it back"""
        payments = (
            Payment("price", 100_000, date(2026, 1, 1)),  # 100 days: 1 000
            Payment("price", 100_000, date(2026, 3, 2)),  # 40 days: 400
            Payment("price", -50_000, date(2026, 4, 1)),  # 10 days: -50
            Payment("deposit", 30_000, date(2026, 1, 1)),
        )
        case = Sale("none", cents(1e6), payments, is_signed=True, day=DAY)
        lines = {one.kind: one for one in settle(case, Terms(interest=3.65))}
        self.assertEqual(lines["interest"].amount, 1_350)
        self.assertEqual(lines["price_returned"].amount, 150_000)
        self.assertEqual(lines["deposit_returned"].amount, 30_000)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from(("buyer", "seller", "none")),
        st.sampled_from(("slip", "confirmed", "signed")),
        st.dictionaries(
            st.sampled_from(NATURES), st.decimals(0, 2_000_000, places=2), min_size=1
        ),
        st.decimals(1, 5_000_000, places=2),
        st.tuples(*[st.decimals(0, 30, places=2)] * 3, st.booleans()),
    )
    def test_ties_out(self, fault, stage, paid, price, clauses):
        """E7: to the cent, whatever was paid and agreed: nothing appears or is lost"""
        buyer, seller, interest, stays = clauses
        terms = Terms(20.0, stays, buyer, seller, interest)
        lines = settle(sale(stage, fault, paid, price), terms)
        self.assertEqual(sum(one.base for one in lines), sum(paid.values()))
        out, owed = refunds(lines)
        self.assertEqual(
            sum(out.values()) - owed, sum((one.amount for one in lines), Decimal(0))
        )
        self.assertTrue(all(amount > 0 for amount in out.values()) and owed >= 0)
        self.assertFalse(owed and out)
        for nature in NATURES:
            self.assertLessEqual(out.get(nature, 0), paid.get(nature, 0))
        for one in lines:
            for amount in (one.base, one.amount):
                self.assertEqual(amount, cents(amount))

    def test_who_is_at_fault_never_gains(self):
        """E7: the client gets least when the fault is his, most when it is not"""
        for stage, terms in product(
            ("slip", "confirmed", "signed"), (CLAUSES, HIGH, LOW, CREDITED)
        ):
            buyer, none, seller = (
                sum(
                    one.amount
                    for one in settle(sale(stage, fault, SIGNED), Terms(**terms))
                )
                for fault in ("buyer", "none", "seller")
            )
            self.assertLessEqual(buyer, none)
            self.assertLessEqual(none, seller)
