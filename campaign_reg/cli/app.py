"""The command tree. A command's module is imported when it is named, so that `--help` is quick."""

from __future__ import annotations

from importlib.metadata import version

from cyclopts import App

from campaign_reg.cli.exit_codes import EXIT_CODES

app = App(
    name="campaign-reg",
    help="Carry messaging campaigns through registration and resubmission: never pay twice, lose nothing.",
    help_format="plaintext",
    help_epilogue=EXIT_CODES,
    version=lambda: version("campaign_reg"),
)

_COMMANDS = {
    "demo": (
        "demo.command:demo",
        "The whole story on this machine, offline: faults, a killed worker, the vendor's ledger.",
    ),
    "sandbox": ("sandbox:sandbox", "Serve the vendors on loopback, offline, until Ctrl-C."),
    "providers": ("providers:providers", "What is installed, and what each provider can be asked."),
    "get": ("campaigns:get", "Show one campaign."),
    "list": ("campaigns:list_campaigns", "List campaigns."),
    "feedback": ("campaigns:feedback", "Show the vendor's reasons for refusing a campaign."),
    "lint": ("lint:lint", "Say what is wrong with a draft before anybody has paid."),
    "create": ("actions:create", "Create one campaign; it may cost money."),
    "update": ("actions:update", "Change one campaign."),
    "delete": ("actions:delete", "Delete one campaign; it cannot be undone."),
    "resubmit": ("actions:resubmit", "Resubmit one campaign to operators; it may cost money."),
    "renew": ("actions:renew", "Let one paused campaign go on."),
    "approve": ("actions:approve", "Set the approval of one campaign."),
    "perform": ("actions:perform_verb", "Do one thing by its verb's name, such as a provider's own verb."),
    "wait": ("actions:wait", "Go on waiting for an action by its token."),
}

for _place, (_name, (_target, _help)) in enumerate(_COMMANDS.items()):
    app.command(f"campaign_reg.cli.{_target}", name=_name, help=_help, sort_key=_place)
app.command(
    "campaign_reg.cli.batch.commands:app",
    name="batch",
    help="Many campaigns, with a journal: plan, run, resume, status, report, forget.",
    sort_key=len(_COMMANDS),
)
