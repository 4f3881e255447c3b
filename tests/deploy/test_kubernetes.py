"""The manifests, by Kubernetes' own JSON schemas, and against the table of the processes."""

import re
from typing import Any

import kubernetes_validate
import pytest
import yaml

from pbx_messaging.processes.table import PROCESSES
from tests.servers import ROOT

pytestmark = pytest.mark.once

FOLDER = ROOT / "deploy" / "kubernetes"
FILES = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
OLDEST, NEWEST = "1.29", "1.37"


def _resources() -> list[dict[str, Any]]:
    return [one for name in FILES for one in yaml.safe_load_all((FOLDER / name).read_text())]


def _pods() -> dict[str, dict[str, Any]]:
    kinds = {"Deployment", "Job"}
    found = [one for one in _resources() if one["kind"] in kinds]
    return {one["metadata"]["name"].removeprefix("pbx-"): one["spec"]["template"]["spec"] for one in found}


def test_kustomization_names_every_file() -> None:
    others = {"README.md", "kustomization.yaml"}
    assert sorted(FILES) == sorted(file.name for file in FOLDER.iterdir() if file.name not in others)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_manifests_fit_the_schemas(version: str) -> None:
    for resource in _resources():
        kubernetes_validate.validate(resource, version, strict=True)


def test_every_process_has_a_deployment_with_its_command() -> None:
    commands = {name: pod["containers"][0]["args"] for name, pod in _pods().items()}
    expected = {name: ["python", "-m", "pbx_messaging", name] for name in PROCESSES}
    assert commands == {**expected, "migrate": ["python", "manage.py", "migrate", "--noinput"]}


def test_no_pod_may_more_than_it_must() -> None:
    for name, pod in _pods().items():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert not pod["automountServiceAccountToken"], name
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"].keys() == {"memory"}, name
        assert name == "migrate" or {"startupProbe", "livenessProbe"} <= container.keys(), name


def test_services_find_their_pods() -> None:
    labels = [
        one["spec"]["template"]["metadata"]["labels"] for one in _resources() if one["kind"] == "Deployment"
    ]
    found = {
        one["metadata"]["name"]: sum(one["spec"]["selector"].items() <= each.items() for each in labels)
        for one in _resources()
        if one["kind"] == "Service"
    }
    assert found == {"pbx-web": 1, "pbx-stream": 1, "pbx-webhooks": 2}


def test_manifests_hold_no_secret() -> None:
    text = "".join((FOLDER / name).read_text() for name in FILES)
    assert re.findall(r"kind: Secret\b|(?:SECRET_KEY|CREDENTIALS_KEYS|DATABASE_URL|REDIS_URL):", text) == []
