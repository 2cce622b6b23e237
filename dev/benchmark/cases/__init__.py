from . import board, clients, forms, lists, reception, register, searches, statistics
