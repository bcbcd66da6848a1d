"""RCS campaigns at BSG and its white label WWT."""
