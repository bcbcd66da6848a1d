"""The command `campaign-reg demo`."""
