"""What a case is: one question, put to our module, to plain SQL and, where it has a
twin there, to stock CRM."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """At most so many times plain SQL, times stock CRM, each at 100,000 and at a
    million clients; at most so many ms, queries and MB of memory over start, at least
    so many things a minute, at any size. Where they come from: the README's section on
    speed."""

    sql: tuple = (None, None)
    stock: tuple = (None, None)
    ms: float | None = None
    queries: int | None = None
    per_minute: float | None = None
    mb: float | None = None

    def at(self, size):
        """{what: limit} that holds with `size` clients."""
        ratios = {}
        if size >= 100_000:
            place = int(size >= 1_000_000)
            ratios = {"sql": self.sql[place], "stock": self.stock[place]}
        limits = ratios | {
            "ms": self.ms,
            "queries": self.queries,
            "per_minute": self.per_minute,
            "mb": self.mb,
        }
        return {name: limit for name, limit in limits.items() if limit is not None}


class Case:
    """One class a case. Its docstring is the question: the report prints it.

    Give `ours(env)`, and where they exist `sql(cr)` (psycopg2's bare cursor on our
    database) and `stock(env)` (the twin's). Each returns its answer; those named in
    `agree` must be equal to ours. What a case changes is rolled back. `prepare(env)`
    runs before our side and before SQL, `prepare_stock(env)` before the twin's, in the
    same transaction, not timed.
    """

    login = "rep100"  # the median rep; rep0 is the busiest; None: root, as crons run
    goal = Goal()
    agree = ("sql",)
    things = 1  # that the case does: clients, entries…
    rounds = None  # at most so many, of what takes minutes
    mb = None  # of memory over start: set by `ours` where that is the question
    sql = None
    stock = None
    all = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.__doc__:
            Case.all.append(cls)

    def __init__(self, picks):
        self.picks = picks

    @classmethod
    def title(cls):
        return f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}"

    def prepare(self, env):
        pass

    def prepare_stock(self, env):
        pass

    def ours(self, env):
        raise NotImplementedError
