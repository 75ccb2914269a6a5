"""Checks of our own for schemathesis, which loads this file by SCHEMATHESIS_HOOKS."""

import schemathesis

# No schema can describe which ones there are: tokens that the ledger gave out, and time zones.
UNDESCRIBED = {"min_position", "cursor", "tz"}


@schemathesis.check
def good_requests_are_taken(ctx, response, case):
    """What fits the description is not called invalid; but for what can't be described."""
    if not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    fields = {error["field"] for error in response.json().get("errors", [])}
    assert fields and fields <= UNDESCRIBED, f"it fits the description, but {fields} are invalid"
