"""The duty that keeps work orders and plans: alarms become orders, orders are checked, plans fall due."""
