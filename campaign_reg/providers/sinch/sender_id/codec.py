"""Sinch's JSON about senders to our models and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import cattrs

from campaign_reg.errors import DecodeError
from campaign_reg.models.outcome import Feedback
from campaign_reg.providers.sinch.sender_id import callbacks, models, policies
from campaign_reg.providers.sinch.sender_id.models import RegistrationState
from campaign_reg.wire.codec import make_converter as base_converter
from campaign_reg.wire.codec import parse_datetime, register_model
from campaign_reg.wire.structuring import wrong_kind

_TIMES = {"created_at": "createTime", "updated_at": "updateTime"}
_PROGRESS = frozenset(
    {
        RegistrationState.DRAFT,
        RegistrationState.IN_QUEUE,
        RegistrationState.IN_PROGRESS,
        RegistrationState.APPROVED,
    }
)
_ADVICE: Mapping[str, str] = {
    RegistrationState.PENDING: "change the registration (update) or upload the file that is asked for",
    RegistrationState.PENDING_ATTACHMENTS: "upload the mandatory files that the policy names",
    RegistrationState.PENDING_APPROVAL: "ask your Sinch account manager to agree to the price",
    RegistrationState.ON_HOLD: "wait for Sinch, or ask your account manager",
    RegistrationState.REJECTED: "register anew with what was wrong put right",
}


def make_converter() -> cattrs.Converter:
    """A converter that knows every document of the sender ID API; extend it with hooks of your own."""
    converter = base_converter()
    converter.register_structure_hook_func(_is_free_object, _free_object)
    converter.register_unstructure_hook_func(_is_free_object, dict)
    _register_registrations(converter)
    _register_policies(converter)
    register_model(converter, callbacks.CallbackConfiguration)
    return converter


def _register_registrations(converter: cattrs.Converter) -> None:
    register_model(converter, models.Attachment, _TIMES)
    register_model(converter, models.LogEntry, _TIMES)
    register_model(converter, models.RegistrationPrice)
    register_model(converter, models.RequestDetails)
    register_model(converter, models.SenderIdRegistration, _TIMES)
    register_model(converter, models.RegistrationList)
    register_model(converter, models.RegistrationDraft)
    register_model(converter, models.RegistrationUpdate)


def _register_policies(converter: cattrs.Converter) -> None:
    # Answers hold answers: until it is registered, the model's own hook is looked up at each call.
    answer = policies.SpecialConditionAnswer
    converter.register_structure_hook(answer, lambda value, kind: converter.structure(value, kind))
    converter.register_unstructure_hook(answer, lambda value: converter.unstructure(value))
    for model in (
        answer,
        policies.SpecialConditions,
        policies.MarketVersion,
        policies.MarketVersionList,
        policies.Market,
        policies.MarketList,
        policies.AttachmentDefinition,
        policies.PolicyField,
        policies.PolicySection,
        policies.PolicyForm,
        policies.Subscription,
        policies.PolicyPrice,
        policies.Policy,
    ):
        names = _TIMES if model is policies.MarketVersion else {"placeholder": "x-placeholder"}
        register_model(converter, model, names)


def _is_free_object(kind: Any) -> bool:
    return bool(kind == Mapping[str, Any])


def _free_object(value: Any, _: Any) -> Mapping[str, Any]:
    if value.__class__ is not dict:
        raise wrong_kind(dict, value)
    return value


def version_time(version: str) -> datetime | None:
    """The instant that an `updateTime` stands for, in each of Sinch's five spellings; without an offset it is UTC.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/getregistration.md
    """
    try:
        return parse_datetime(version)
    except DecodeError:
        return None


def feedback_of(registration: models.SenderIdRegistration) -> tuple[Feedback, ...]:
    """What the logs say of why it stopped, in their order; plain progress is left out."""
    return tuple(_reason(entry) for entry in registration.logs if entry.registration_state not in _PROGRESS)


def _reason(entry: models.LogEntry) -> Feedback:
    state = str(entry.registration_state or "")
    raw = {
        "registrationState": entry.registration_state,
        "message": entry.message,
        "createTime": None if entry.created_at is None else entry.created_at.isoformat(),
    }
    return Feedback(
        code=state, text=entry.message or "", advice=_ADVICE.get(state, ""), raw={**raw, **entry.extra}
    )
