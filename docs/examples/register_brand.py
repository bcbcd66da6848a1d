"""Register a test brand, and see what a campaign would cost: `python register_brand.py NAME`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import OutcomeUnknownError
from campaign_reg.sinch import (
    BrandDraft,
    BrandEntityType,
    BrandRegistrationType,
    BrandStatus,
    CompanyDetails,
    FinancialDetails,
)


async def main(name: str, look_every_seconds: float = 3600) -> None:
    draft = BrandDraft(
        display_name=name,
        brand_registration_type=BrandRegistrationType.SIMPLIFIED,
        company_details=CompanyDetails(company_name=name, country="US"),
        financial_details=FinancialDetails(brand_entity_type=BrandEntityType.PRIVATE),
        mock=True,  # without it, this costs money
    )
    async with campaign_reg.connect("sinch") as sinch:
        try:
            brand_id = await sinch.brands.submit(draft)
        except OutcomeUnknownError:
            alike = [brand async for brand in sinch.brands.list() if brand.display_name == name]
            print(f"no answer; brands of this name: {[brand.id for brand in alike]}")
            return
        brand = await sinch.brands.get(brand_id)
        while brand.brand_registration_status in {BrandStatus.IN_PROGRESS, BrandStatus.UPGRADE}:
            await asyncio.sleep(look_every_seconds)
            brand = await sinch.brands.get(brand_id)
        print(f"{brand.id} is {brand.brand_registration_status}, at the registry {brand.tcr_id}")
        for reason in await sinch.brands.feedback(brand_id):
            print(f"  {reason.field}: {reason.text}")
        if brand.tcr_id:
            terms = await sinch.qualify(brand.tcr_id, "MARKETING")
            print(f"a campaign: {terms.setup_fee} at once and {terms.monthly_fee} a month")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
