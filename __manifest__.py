{
    "name": "Property Sales Office",
    "summary": "Reception, clients, units, deals and collections of a real-estate sales office",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "crm_property_sales contributors",
    "website": "https://example.com/crm_property_sales",
    "license": "AGPL-3",
    "application": True,
    "depends": ["crm", "survey", "report_xlsx", "base_tier_validation"],
    "external_dependencies": {
        "python": ["xlsxwriter", "phonenumbers", "msoffcrypto-tool", "python-stdnum", "openpyxl"],
    },
    "data": [
        "security/property_groups.xml",
        "security/ir.model.access.csv",
        "security/property_rules.xml",
        "data/ir_sequence_data.xml",
        "data/property_policy_data.xml",
        "data/property_concern_data.xml",
        "data/ir_cron_data.xml",
    ],
    "post_init_hook": "post_init_hook",
}
