def post_init_hook(env):
    """Keep client data inside (J1): CRM's enrichment sends it to a service outside.

    Projects count in yuan, whatever the company does: that currency is switched on.
    """
    env.ref("base.CNY").active = True
    env["ir.config_parameter"].set_param("crm.iap.lead.enrich.setting", "manual")
    outward = (
        "crm_iap_enrich.ir_cron_lead_enrichment",
        "mail.ir_cron_module_update_notification",
    )
    for xmlid in outward:
        if cron := env.ref(xmlid, raise_if_not_found=False):
            cron.active = False
