from . import clients, forms, lists, reception, register, searches, statistics
