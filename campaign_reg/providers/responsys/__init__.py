"""Oracle Responsys: campaigns, their approvals and launches."""
