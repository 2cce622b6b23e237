from .models.property_register_guard import remove_guards


def post_init_hook(env):
    """Projects count in yuan, whatever the company does; client data stay inside (J1):
    CRM's enrichment would send them to a service outside, and autocompletion every name
    that is typed."""
    env.ref("base.CNY").active = True
    parameters = env["ir.config_parameter"]
    parameters.set_param("crm.iap.lead.enrich.setting", "manual")
    # There is no switch; a name under .invalid (RFC 2606) leads nowhere.
    parameters.set_param(
        "iap.partner_autocomplete.endpoint", "https://autocomplete.invalid"
    )
    outward = (
        "crm_iap_enrich.ir_cron_lead_enrichment",
        "mail.ir_cron_module_update_notification",
    )
    for xmlid in outward:
        if cron := env.ref(xmlid, raise_if_not_found=False):
            cron.active = False


def uninstall_hook(env):
    """What keeps closed entries would keep them from the uninstallation too."""
    remove_guards(env.cr)
