"""Tallybook: keeps count of backup usage and hands the count on."""
