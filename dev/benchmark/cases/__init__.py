from . import clients, forms, lists, reception, searches
