"""What exists: functions, table, messaging, limits, permissions. Every export is made from here."""
