from . import (
    property_form,
    property_form_visitors,
    property_form_sales_daily,
    property_form_owners,
    property_form_fairness,
    property_form_filings,
    property_form_pdf,
    property_form_xlsx,
    ir_actions_report,
    property_proof,
    property_deposit,
    property_collision,
)
