"""How fast is it? What `dev/bench` runs.

Data (`life`, `filling`, `deals`): three years of an office with 200 reps, ten teams
and five projects, for any number of clients; three entries of the register a client,
the ledgers of ownership, turns and units, one unit in ten clients. The busiest rep
has ten times the median's clients. Rows are like those Odoo itself wrote for an
example of each (`examples`), and go in by COPY; stored fields are compared with
Odoo's own recompute of a sample (`checking`). Two things are unlike a real office:
ownership lasts 24 months, so that a rep's list is as long as in an office where
nobody loses a client; and of the registers only the first project's is chained. The
twin (`stock`) has the same clients, reps, tags, activities and scores in CRM without
our module.

Measured (`run`): all sides of a case one after the other in every round, each in a
new transaction with an empty cache, registry warm; the median counts, the first round
does not. Answers of sides that ask the same are compared. `ours/SQL` is what Odoo and
the module add to the best SQL we know, on the same tables and indexes; `ours/CRM`
compares with stock CRM.

A case is a class of some lines in `cases/`, see `case.Case`: its docstring is the
question, `goal` what it may take; `ours(env)`, `sql(cr)` and `stock(env)` answer it.
"""
