from dataclasses import dataclass
from datetime import date

from odoo import models
from odoo.fields import Domain
from odoo.tools import html2plaintext


@dataclass(frozen=True)
class Line:
    """A line of a client's file, which opens `record`.

    :param adds: whether its amount counts to the one at the head of the block
    """

    lead: models.BaseModel
    record: models.BaseModel
    day: date | None
    matter: str
    content: str | None
    who: models.BaseModel | None = None
    amount: float | None = None
    adds: bool = False


class PropertyBlockFile(models.AbstractModel):
    """What is in a sold client's file (G17): here the person and all contacts with him;
    his sale and his money are in `property_block_file_sale.py` and `…_money.py`.

    A block reads what it needs for all clients at once and yields a `Line` for each
    thing there is.
    """

    _name = "property.block.file"
    _inherit = ["property.block"]
    _description = "Parts of a Client's File"

    def _blocks(self):
        """[(title, the model it reads, its lines)] in order; who may not read the model
        gets a file without the block."""
        return [
            (self.env._("Identity"), "crm.lead", self._identity),
            (self.env._("Family"), "property.family.member", self._family),
            (self.env._("Profile"), "crm.lead", self._profile),
            (self.env._("Contacts"), "property.interaction", self._contacts),
            (self.env._("Unit and Price"), "property.deposit", self._prices),
            (self.env._("Deposit"), "property.deposit", self._deposits),
            (self.env._("Special Discount"), "property.discount", self._discounts),
            (self.env._("Contract"), "property.contract", self._contracts),
            (self.env._("Payments Due"), "property.installment", self._installments),
            (self.env._("Deferrals"), "property.deferral", self._deferrals),
            (self.env._("Receipts"), "property.receipt", self._receipts),
            (self.env._("Loan"), "property.mortgage.move", self._loans),
            (self.env._("Changes"), "property.change", self._changes),
            (self.env._("Area Settlement"), "property.area.settlement", self._areas),
            (self.env._("Service"), "property.case.step", self._cases),
            (self.env._("Greetings"), "property.interaction", self._greetings),
            (self.env._("Events"), "property.event.guest", self._events),
        ]

    # === The person ===

    def _identity(self, files):
        for lead in files.leads:
            partner = lead.partner_id
            number = partner.id_number
            yield Line(
                lead,
                lead,
                files.day(lead.registered_date),
                self.env._("Registration Number"),
                lead.registration_number,
                lead.registered_user_id,
            )
            for matter, content in (
                (self.env._("Appellation"), lead.contact_name),
                (self.env._("Full Name"), partner.name),
                (
                    self.env._("ID Number"),
                    number and self._words(self._text(partner, "id_type"), number),
                ),
                (self.env._("Date of Birth"), self._text(partner, "birth_date")),
                (self.env._("Phone"), lead.phone),
                (
                    self.env._("Address"),
                    self.env["property.form.owners"]._address(partner),
                ),
            ):
                if content:
                    yield Line(lead, partner, None, matter, content)
            yield from self._checks(files, lead)

    def _checks(self, files, lead):
        """Who made sure of it, and when (B11, C11)."""
        for moment, matter, content, who in (
            (
                lead.identity_date,
                self.env._("Identity Verified"),
                self._text(lead, "identity_state"),
                lead.identity_by_id,
            ),
            (
                lead.facts_confirmed_date,
                self.env._("Facts Checked"),
                None,
                lead.facts_confirmed_by_id,
            ),
        ):
            if moment and moment < files.end:
                yield Line(lead, lead, files.day(moment), matter, content, who)

    def _family(self, files):
        for one in self._of(files, "property.family.member", [], "lead_id, id"):
            content = self._words(one.name, one.phone, one.id_number, one.proof)
            relation = self._text(one, "relation")
            yield Line(one.lead_id, one, None, relation, content)

    def _profile(self, files):
        """What is known of him, fact by fact."""
        concerns = self.env["property.block.clients"]._named_concerns(files.leads)
        for lead in files.leads:
            asked = "、".join(dict.fromkeys(concerns[lead.id]))
            for record, matter, content in (
                *self._facts_of(lead.partner_id, "occupation", "income_band"),
                *self._facts_of(lead.partner_id, "education", "work_district"),
                *self._facts_of(lead, "district", "source_id", "purpose", "horizon"),
                *self._facts_of(lead, "unit_type_ids", "wanted_unit_ids"),
                *self._facts_of(lead, "area_wanted", "budget_max", "grade"),
                (lead, self.env._("Concerns"), asked),
                (lead, self.env._("Note"), html2plaintext(lead.description or "")),
            ):
                if content:
                    yield Line(lead, record, None, matter, content)

    def _facts_of(self, record, *names):
        for name in names:
            label = record._fields[name]._description_string(self.env)
            yield record, label, self._text(record, name)

    # === What was between him and the office ===

    def _contacts(self, files):
        """Every call, visit and follow-up; of a corrected one the correction (B9)."""
        yield from self._entries_of(files, "!=")

    def _greetings(self, files):
        yield from self._entries_of(files, "=")

    def _entries_of(self, files, care):
        domain = [
            ("kind", care, "care"),
            ("date", "<", files.end),
            ("is_corrected", "=", False),
        ]
        for entry in self._of(files, "property.interaction", domain, "date, id"):
            later = entry.next_date and self.env._(
                "next follow-up on %s", entry.next_date
            )
            why = not entry.is_valid and self._text(entry, "invalid_reason")
            yield Line(
                entry.lead_id,
                entry,
                files.day(entry.date),
                self._text(entry, "kind"),
                self._words(entry.note, entry.result, why, later),
                entry.user_id,
            )

    def _cases(self, files):
        """What troubled him, and each step until it was solved (D6)."""
        domain = [("date", "<", files.end)]
        for step in self._of(files, "property.case.step", domain, "case_id, id"):
            case = step.case_id
            yield Line(
                step.lead_id,
                case,
                files.day(step.date),
                self._text(step, "action"),
                self._words(
                    case.name, step.action == "raised" and case.problem, step.note
                ),
                step.actor_id,
            )

    def _events(self, files):
        domain = [("event_id.start", "<", files.end)]
        guests = self._of(files, "property.event.guest", domain, "id")
        for guest in guests.sorted(lambda guest: guest.event_id.start):
            event = guest.event_id
            yield Line(
                guest.lead_id,
                guest,
                files.day(event.start),
                event.name,
                self._text(guest, "state"),
                event.user_id,
            )

    # === Reading ===

    def _of(self, files, model, domain, order):
        """The records of `model` in `domain` that hang on the clients."""
        mine = Domain("lead_id", "in", files.leads.ids)
        return self.env[model].search(mine & Domain(domain), order=order)

    @staticmethod
    def _words(*words):
        return " · ".join(word for word in words if word)

    def _text(self, record, name):
        """A field's value in words."""
        field, value = record._fields[name], record[name]
        if field.relational:
            return "、".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value)
        if field.type in ("float", "monetary"):
            return f"{value:,.2f}" if value else None
        return str(value) if value else None
