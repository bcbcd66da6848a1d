"""The commands of `campaign-reg batch`."""
