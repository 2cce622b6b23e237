from . import (
    board,
    clients,
    form_lists,
    forms,
    lists,
    reception,
    register,
    searches,
    statistics,
)
