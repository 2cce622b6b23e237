{
    "name": "Property Sales Office",
    "summary": "Clients, units, deals and collections of a real-estate office",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "crm_property_sales contributors",
    "website": "https://example.com/crm_property_sales",
    "license": "AGPL-3",
    "application": True,
    "depends": ["crm", "survey", "report_xlsx", "base_tier_validation"],
    "external_dependencies": {
        "python": [
            "xlsxwriter",
            "phonenumbers",
            "msoffcrypto-tool",
            "python-stdnum",
            "openpyxl",
        ],
    },
    "post_init_hook": "post_init_hook",
}
