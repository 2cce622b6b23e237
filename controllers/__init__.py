from . import property_form
