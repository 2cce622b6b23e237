"""The desk and the register: rings, closing, proof (performance.md §10)."""
