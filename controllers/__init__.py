from . import property_form, property_wall
