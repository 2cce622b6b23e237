from . import (
    property_collision_step,
    property_event_invite,
    property_followup,
    property_identity,
    property_policy_whatif,
    property_policy_whatif_line,
    property_pool_assign,
    property_unit_generate,
    property_unit_generate_line,
    property_unit_import,
    property_unit_import_column,
    property_unit_import_line,
)
