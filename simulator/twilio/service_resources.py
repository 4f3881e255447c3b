"""The JSON shapes of messaging.twilio.com: Messaging Services, their senders, and registrations."""

from __future__ import annotations

from typing import Any

from simulator.encoding import iso8601
from simulator.numbering import country_of
from simulator.records import Account, Number, Service

SERVICES = "https://messaging.twilio.com/v1/Services"
LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
}


def service_resource(account: Account, service: Service) -> dict[str, Any]:
    at, url = iso8601(service.created_at), f"{SERVICES}/{service.sid}"
    return {
        "sid": service.sid,
        "account_sid": account.sid,
        "friendly_name": service.friendly_name,
        "inbound_request_url": service.inbound_request_url,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": True,
        "scan_message_content": "inherit",
        "fallback_to_long_code": True,
        "area_code_geomatch": True,
        "synchronous_validation": False,
        "use_inbound_webhook_on_number": service.use_inbound_webhook_on_number,
        "us_app_to_person_registered": service.campaign_status == "VERIFIED",
        "usecase": "undeclared",
        "validity_period": 36000,
        "date_created": at,
        "date_updated": at,
        "url": url,
        "links": {name: f"{url}/{path}" for name, path in LINKS.items()},
    }


def sender_resource(account: Account, service: Service, number: Number) -> dict[str, Any]:
    at = iso8601(service.created_at)
    return {
        "sid": number.sid,
        "account_sid": account.sid,
        "service_sid": service.sid,
        "phone_number": number.address,
        "country_code": country_of(number.address) or None,
        "capabilities": [name for name, has in (("SMS", number.sms), ("MMS", number.mms)) if has],
        "date_created": at,
        "date_updated": at,
        "url": f"{SERVICES}/{service.sid}/PhoneNumbers/{number.sid}",
    }


def campaign_resource(account: Account, service: Service) -> dict[str, Any]:
    """Registered by somebody who filled in what must be. Its id comes with the approval."""
    at, sid = iso8601(service.created_at), f"QE{service.sid[2:]}"
    is_verified, is_refused = service.campaign_status == "VERIFIED", service.campaign_status == "FAILED"
    return {
        "sid": sid,
        "account_sid": account.sid,
        "brand_registration_sid": f"BN{service.sid[2:]}",
        "messaging_service_sid": service.sid,
        "description": "Answers to customers who texted first.",
        "message_samples": ["Yes, we are open until six.", "Your order is ready."],
        "us_app_to_person_usecase": "MIXED",
        "has_embedded_links": False,
        "has_embedded_phone": False,
        "subscriber_opt_in": True,
        "age_gated": False,
        "direct_lending": False,
        "campaign_status": service.campaign_status,
        "campaign_id": f"C{service.sid[2:8].upper()}" if is_verified else None,
        "is_externally_registered": False,
        "rate_limits": {"att": {"mps": 75, "msg_class": "F"}, "tmobile": {"brand_tier": "LOW"}}
        if is_verified
        else None,
        "message_flow": "Customers text the number that our website names.",
        "opt_in_message": None,
        "opt_out_message": None,
        "help_message": None,
        "opt_in_keywords": [],
        "opt_out_keywords": [],
        "help_keywords": [],
        "date_created": at,
        "date_updated": at,
        "url": f"{SERVICES}/{service.sid}/Compliance/Usa2p/{sid}",
        "mock": False,
        "errors": [_refusal("MESSAGE_FLOW")] if is_refused else [],
    }


def _refusal(field: str) -> dict[str, Any]:
    return {
        "error_code": 30897,
        "fields": [field],
        "url": "https://www.twilio.com/docs/api/errors/30897",
        "description": "The campaign was rejected due to disallowed content.",
    }


def toll_free_resource(account: Account, number: Number) -> dict[str, Any]:
    """The verification of a number that has a `toll_free_status`."""
    at, sid = iso8601(number.created_at), f"HH{number.sid[2:]}"
    is_refused = number.toll_free_status == "TWILIO_REJECTED"
    reason = "Official business registration documents required" if is_refused else None
    trust_hub, product = "https://trusthub.twilio.com/v1", f"BU{number.sid[2:]}"
    return {
        "sid": sid,
        "account_sid": account.sid,
        "customer_profile_sid": product,
        "trust_product_sid": product,
        "regulated_item_sid": f"RA{number.sid[2:]}",
        "date_created": at,
        "date_updated": at,
        **_BUSINESS,
        **_TEXTS,
        "tollfree_phone_number_sid": number.sid,
        "tollfree_phone_number": number.address,
        "status": number.toll_free_status,
        "url": f"https://messaging.twilio.com/v1/Tollfree/Verifications/{sid}",
        "rejection_reason": reason,
        "rejection_reasons": [{"code": 30485, "reason": reason}] if is_refused else None,
        "error_code": 30485 if is_refused else None,
        "edit_expiration": None,
        "edit_allowed": True if is_refused else None,
        "resource_links": {
            "customer_profile": f"{trust_hub}/CustomerProfiles/{product}",
            "trust_product": f"{trust_hub}/TrustProducts/{product}",
        },
        "external_reference_id": None,
        "vetting_id": None,
        "vetting_id_expiration": None,
        "vetting_provider": None,
    }


_BUSINESS: dict[str, Any] = {
    "business_name": "Simulated Ltd",
    "business_street_address": "1 Main Street",
    "business_street_address2": None,
    "business_city": "Anytown",
    "business_state_province_region": "CA",
    "business_postal_code": "94105",
    "business_country": "US",
    "business_website": "https://example.com",
    "business_contact_first_name": "Ada",
    "business_contact_last_name": "Example",
    "business_contact_email": "ada@example.com",
    "business_contact_phone": "+14155550199",
    "business_registration_number": "123456789",
    "business_registration_authority": "EIN",
    "business_registration_country": "US",
    "business_registration_phone_number": None,
    "business_type": "PRIVATE_PROFIT",
    "doing_business_as": None,
}
_TEXTS: dict[str, Any] = {
    "notification_email": "ada@example.com",
    "use_case_categories": ["CUSTOMER_CARE"],
    "use_case_summary": "Answers to customers who texted first.",
    "production_message_sample": "Yes, we are open until six.",
    "opt_in_image_urls": ["https://example.com/opt-in.png"],
    "opt_in_type": "VIA_TEXT",
    "opt_in_keywords": [],
    "opt_in_confirmation_message": None,
    "help_message_sample": None,
    "message_volume": "1,000",
    "additional_information": None,
    "age_gated_content": False,
    "privacy_policy_url": None,
    "terms_and_conditions_url": None,
}
