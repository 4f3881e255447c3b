"""The agents and the channel of `make bench-upgrade`, made by the old code: `python -c "$(cat FILE)" < JSON`.

Their texts are few beside those of `benchmarks.data_rows`. Prints {"path": …, "tokens": […], "login": …}.
"""

import json
import sys
from typing import Any

import django

AGENTS = 4


def seed(given: dict[str, Any]) -> dict[str, object]:
    """`given`: address, account_sid, auth_token, password."""
    from accounts.models import ApiToken  # noqa: PLC0415  Django must be set up first
    from accounts.tokens import create_token  # noqa: PLC0415
    from channels.webhook import keys as webhook_keys  # noqa: PLC0415
    from tests.factories import make_agent, make_queue, make_road  # noqa: PLC0415

    password = given.pop("password")
    agents = [make_agent(str(9001 + number), f"Agent {number}") for number in range(AGENTS)]
    road = make_road(make_queue(*agents, name="Upgrade"), *agents, name="Upgrade", rate=50, **given)
    for agent in agents:
        agent.user.set_password(password)
        agent.user.save()
    webhook_keys.remember_all()
    scope = ApiToken.Scope.SEND.value
    tokens = [create_token(agent.user, name="bench", scope=scope, days=1)[1] for agent in agents]
    return {"path": road.path, "tokens": tokens, "login": agents[0].user.username}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed(json.load(sys.stdin))))
