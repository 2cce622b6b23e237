from datetime import date, timedelta

from stdnum.cn import ric

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestIdNumber(PropertyCommon):
    """C1: the resident ID card, GB 11643-1999."""

    def person(self, number, **vals):
        persons = self.env["res.partner"].with_user(self.rep_a)
        return persons.create({"name": "Mr Shi", "id_number": number} | vals)

    def card(self, region, born="19900307", serial="001"):
        """A number whose check digit is right by the standard's own weights."""
        digits = f"{region}{born}{serial}"
        weights = [2**place % 11 for place in range(17, 0, -1)]
        total = sum(
            int(digit) * weight for digit, weight in zip(digits, weights, strict=True)
        )
        return digits + "10X98765432"[total % 11]

    def test_known_numbers(self):
        """C1: the standard's own two examples, then districts the checksum library
        does not know: merged, new, and those of residents from Hong Kong."""
        for number, born in (
            ("11010519491231002X", date(1949, 12, 31)),
            ("440524188001010014", date(1880, 1, 1)),
            (self.card("460200"), date(1990, 3, 7)),
            (self.card("320584"), date(1990, 3, 7)),
            (self.card("130629"), date(1990, 3, 7)),
            (self.card("330383"), date(1990, 3, 7)),
            (self.card("810000"), date(1990, 3, 7)),
            (self.card("330114"), date(1990, 3, 7)),
            (self.card("310101", "20000229"), date(2000, 2, 29)),
        ):
            with self.subTest(number=number):
                person = self.person(number)
                self.assertEqual(person.id_number, number)
                self.assertEqual(person.birth_date, born)

    def test_library_agrees_on_the_checksum(self):
        """C1: the reckoning of this test and the library's are the same."""
        for serial in range(200):
            number = self.card("310101", serial=f"{serial:03}")
            self.assertEqual(ric.calc_check_digit(number), number[17])

    def test_spelling(self):
        """C1: blanks, a small x and wide digits are one number in storage."""
        for typed in (
            "11010519491231002x",
            " 110105 19491231 002X ",
            "110105\u300019491231\u00a0002x",
            "１１０１０５１９４９１２３１００２Ｘ",
        ):
            with self.subTest(typed=typed):
                person = self.person(typed)
                self.assertEqual(person.id_number, "11010519491231002X")
                person.id_number = False
                person.id_number = typed
                self.assertEqual(person.id_number, "11010519491231002X")

    def test_wrong_numbers(self):
        """C1: a wrong number is refused, with what is wrong about it."""
        tomorrow = (date.today() + timedelta(days=2)).strftime("%Y%m%d")
        for number, problem in (
            ("110105491231002", "17 digits"),
            ("110105194912310021", "mistyped"),
            ("11010519491231020X", "mistyped"),  # two neighbours exchanged
            ("1101051949123100X2", "17 digits"),
            ("11010519491231002Y", "17 digits"),
            ("X1010519491231002X", "17 digits"),
            ("unknown", "17 digits"),
            (self.card("110105", "19490230"), "date of birth"),
            (self.card("110105", "19491331"), "date of birth"),
            (self.card("110105", "18791231"), "date of birth"),
            (self.card("110105", tomorrow), "date of birth"),
        ):
            with (
                self.subTest(number=number),
                self.assertRefused(f"Mr Shi.*{problem}"),
            ):
                self.person(number)

    def test_other_papers(self):
        """C1: a passport has no check digit and says no birth date."""
        person = self.person("E12345678", id_type="passport", birth_date="1980-05-06")
        self.assertEqual(person.birth_date, date(1980, 5, 6))
        with self.assertRaises(ValidationError):
            person.id_type = "resident"

    def test_contact_of_another_department(self):
        """J1: who has no role here makes contacts as before, without those fields."""
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="base.group_user,base.group_partner_manager",
        )
        contact = (
            self.env["res.partner"].with_user(stranger).create({"name": "Printer"})
        )
        contact.name = "Printing House"
        self.assertEqual(contact.name, "Printing House")
        with self.assertRaises(AccessError):
            contact.read(["id_number"])
