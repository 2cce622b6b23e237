"""Looking for a client (performance.md §9, rows 6-9): the list, found by what is typed,
as each side's search view asks for it."""

from ..case import Goal
from .lists import ACTIVE, CLIENTS, ClientList, sql_page


class Search(ClientList):
    where = "TRUE"
    typed = "phone"  # attribute of the picks

    @property
    def text(self):
        return getattr(self.picks, self.typed)

    @property
    def domain(self):
        return [*CLIENTS, *self.search(self.text)]

    @property
    def stock_domain(self):
        return self.stock_search(self.text)

    def sql(self, cr):
        params = [self.sql_text(self.text)]
        where = f"{self.where} AND {ACTIVE}"
        if self.login != "manager":
            where = f"lead.user_id = %s AND {where}"
            params.insert(0, self.picks.uids[self.picks.database][self.login])
        return sql_page(cr, where, *params)

    @staticmethod
    def sql_text(text):
        return text


class ByPhone(Search):
    where = "lead.phone_sanitized = %s"

    @staticmethod
    def search(text):
        return [("phone_sanitized", "in", (text, f"+86{text}"))]

    @staticmethod
    def stock_search(text):
        return [("phone_sanitized", "=", f"+86{text}")]

    @staticmethod
    def sql_text(text):
        return f"+86{text}"


class PhoneByRep(ByPhone):
    """A rep looks for a full number"""

    goal = Goal(sql=(2.8, 2.9), stock=(1.1, 1.1), queries=9)


class PhoneByManager(ByPhone):
    """The manager looks for a full number"""

    login = "manager"
    goal = Goal(sql=(2.8, 2.9), stock=(1.1, 1.1), queries=9)


class TailByManager(Search):
    """The manager looks for the last four digits"""

    login = "manager"
    where = "lead.phone_tail = %s"
    goal = Goal(sql=(2.7, 2.7), stock=(0.7, 0.4), queries=9)

    @staticmethod
    def search(text):
        return [("phone_tail", "=", text[-4:])]

    @staticmethod
    def stock_search(text):
        return [("phone_mobile_search", "ilike", text[-4:])]

    @staticmethod
    def sql_text(text):
        return text[-4:]


class ByName(Search):
    where = "lead.contact_name ILIKE %s"

    @staticmethod
    def search(text):
        return [("contact_name", "=ilike", f"{text}%")]

    @staticmethod
    def stock_search(text):
        return [("contact_name", "ilike", text)]

    @staticmethod
    def sql_text(text):
        return f"{text}%"


class ShortNameByManager(ByName):
    """The manager looks for a name of two characters"""

    login = "manager"
    typed = "short_name"
    goal = Goal(sql=(2.8, 2.8), stock=(0.25, 0.06), queries=9)


class SearchBarByRep(ByName):
    """A rep types a name of three characters into the search bar"""

    typed = "long_name"
    goal = Goal(sql=(2.6, 2.3), stock=(0.13, 0.02), queries=9)

    @staticmethod
    def stock_search(text):
        """The first entry of CRM's search view."""
        names = ("partner_name", "email_from", "contact_name", "name")
        return [
            *["|"] * len(names),
            ("partner_id", "ilike", text),
            *[(name, "ilike", text) for name in names],
        ]
