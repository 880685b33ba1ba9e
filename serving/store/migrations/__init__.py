"""Migrations of the tables (Alembic). A released migration is never edited."""
