"""One of everything, made through the office's doors: what generated rows are like."""

from odoo import Command

from .table import row_of


def example_rows(env):
    """:return: {name: row}; nothing of it stays in the database"""
    with env.cr.savepoint() as savepoint:
        rows = _examples(env)
        savepoint.rollback()
    env.invalidate_all()
    return rows


def _examples(env):
    project = env["property.project"].search([], order="id", limit=1)
    user = {
        login: env["res.users"].search([("login", "=", login)])
        for login in ("rep0", "clerk", "control", "finance")
    }
    source = env["utm.source"].search([], order="id", limit=1)
    unit_type = project.unit_type_ids[:1]
    asked = {
        "project_id": project.id,
        "phone": "13812345678",
        "source_id": source.id,
        "purpose": "live",
        "area_wanted": 90,
        "grade": "b",
        "horizon": "now",
        "budget": 1_000_000,
        "district": "x",
        "unit_type_ids": [Command.set(unit_type.ids)],
    }
    entries = env["property.interaction"].with_user(user["rep0"])
    ring = env["property.roster"]._ring(project, "call")
    turn = ring.with_user(user["clerk"])._advance(user=user["rep0"])
    call = entries.create(
        asked | {"kind": "call_in", "partner_name": "王芳", "phone": "13912345678"}
    )
    visit = entries.create(asked | {"partner_name": "王芳"})
    client = visit._register_client()
    followup = entries.create(
        {
            "kind": "followup_call",
            "project_id": project.id,
            "lead_id": client.id,
            "next_date": project.local_day(),
        }
    )
    relative = env["property.family.member"].create(
        {
            "lead_id": client.id,
            "name": "李强",
            "relation": "spouse",
            "phone": "13712345678",
        }
    )
    rows = {
        "turn": row_of(turn) | {"is_ahead": None},
        "call": row_of(call),
        "visit": row_of(visit),
        "followup": row_of(followup),
        "client": row_of(client),
        "relative": row_of(relative),
        "registered": row_of(client.ownership_ids),
        "activity": row_of(_activity(env, client)),
    }
    building = env["property.building"].create(
        {
            "name": "1",
            "project_id": project.id,
            "permit_id": project.permit_ids.id,
        }
    )
    unit = env["property.unit"].create(
        {
            "building_id": building.id,
            "room": "101",
            "floor": 1,
            "unit_type_id": unit_type.id,
            "area_gross": 100,
            "area_net": 80,
            "list_price": 1_000_000,
            "filed_price": 1_050_000,
            "floor_price": 950_000,
        }
    )
    unit._move("available")
    rows["unit"] = row_of(unit)
    deposit = (
        env["property.deposit"]
        .with_user(user["control"])
        .create(
            {
                "unit_id": unit.id,
                "lead_id": client.id,
                "amount": 20_000,
                "plan_id": project.plan_ids.id,
            }
        )
    )
    deposit.action_open_slip()
    receipt = deposit.with_user(user["clerk"]).action_register_payment()
    deposit.with_user(user["finance"]).action_confirm()
    rows |= {
        "building": row_of(building),
        "deposit": row_of(deposit),
        "receipt": row_of(receipt),
        "partner": row_of(deposit.partner_id),
        "sold_unit": row_of(unit),
        "buyer": row_of(client),
        "sold": row_of(client.sudo().ownership_ids.sorted("id")[-1]),
    }
    rows |= _contract_rows(deposit, user)
    for event in unit.event_ids:
        rows[f"event_{event.to_state}"] = row_of(event)
    client.sudo()._transfer(env["res.users"], "expired", clause="C3")
    rows["expired"] = row_of(client.sudo().ownership_ids.sorted("id")[-1])
    return rows


def _contract_rows(deposit, user):
    """The deposit's contract, signed and then filed, and money that came for it."""
    receipt = deposit.receipt_ids
    deposit.with_user(user["clerk"]).action_sign()
    contract = deposit.with_user(user["clerk"]).contract_id
    more = deposit.env["property.receipt"].with_user(user["clerk"])
    more = more.create({"contract_id": contract.id, "amount": 30_000})
    more.with_user(user["finance"]).action_confirm()
    rows = {
        "signed": row_of(contract),
        "purchaser": row_of(contract.buyer_ids),
        "installment": row_of(contract.installment_ids[0]),
        "signed_deposit": row_of(deposit),
        "contracted_unit": row_of(deposit.unit_id),
        "contract_receipt": row_of(more),
        "line": row_of(receipt.line_ids),
    }
    contract.write({"filing_number": "W1", "filing_date": contract.sign_date})
    contract.action_file()
    return rows | {"filed": row_of(contract)}


def _activity(env, client):
    return client.activity_schedule("mail.mail_activity_data_call", user_id=2)
