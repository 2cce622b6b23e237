from . import property_check, property_form, property_wall
