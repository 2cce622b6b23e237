"""dev/bench"""
