"""What is written for containers and Kubernetes keeps to the schemas and to what it promises."""

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from models.runtime.paths import REPOSITORY

KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
RELEASE = "1.32"
KUSTOMIZATION = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = (REPOSITORY / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))


def resources():
    files = [KUBERNETES / name for name in KUSTOMIZATION["resources"]]
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def pods():
    """Every pod template, by the name of what makes it."""
    found = {}
    for one in resources():
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            found[one["metadata"]["name"]] = spec["template"]["spec"]
    return found


PODS = pods()


def of_kind(kind):
    return {one["metadata"]["name"]: one for one in resources() if one["kind"] == kind}


@pytest.mark.parametrize("resource", resources(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_every_manifest_keeps_to_its_schema_without_unknown_fields(resource):
    kubernetes_validate.validate(resource, RELEASE, strict=True)


def test_every_manifest_is_applied():
    listed = {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    assert {file.name for file in KUBERNETES.iterdir()} == listed


@pytest.mark.parametrize("name", PODS)
def test_pods_have_no_root_no_capabilities_and_a_read_only_root(name):
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("name", PODS)
def test_what_a_pod_mounts_is_there(name):
    pod, sets = PODS[name], of_kind("StatefulSet")
    claims = sets[name]["spec"]["volumeClaimTemplates"] if name in sets else []
    volumes = {volume["name"] for volume in pod["volumes"]} | {claim["metadata"]["name"] for claim in claims}
    mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
    assert mounted == volumes
    shared = {
        volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume
    }
    assert shared <= of_kind("PersistentVolumeClaim").keys()


def test_the_replicas_are_found_scaled_and_kept_by_their_labels():
    (service,) = of_kind("StatefulSet").values()
    labels = service["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"]["matchLabels"] == labels
    assert all(one["spec"]["selector"] == labels for one in of_kind("Service").values())
    assert service["spec"]["serviceName"] in of_kind("Service")
    (budget,) = of_kind("PodDisruptionBudget").values()
    assert budget["spec"]["selector"]["matchLabels"] == labels
    (scaler,) = of_kind("HorizontalPodAutoscaler").values()
    assert scaler["spec"]["scaleTargetRef"]["kind"] == "StatefulSet"
    assert scaler["spec"]["scaleTargetRef"]["name"] == service["metadata"]["name"]


def test_probes_ask_what_is_answered_without_a_key():
    (container,) = PODS["huijian"]["containers"]
    probes = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")}
    assert probes == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/livez"}


def test_secrets_are_named_and_never_written_down():
    assert of_kind("Secret") == {}
    assert "POSTGRES_PASSWORD:?" in str(COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"])


def test_only_what_migrates_and_purges_owns_the_database():
    secrets = {name: pod["containers"][0]["envFrom"][0]["secretRef"]["name"] for name, pod in PODS.items()}
    assert secrets == {
        "huijian": "huijian-store",
        "huijian-migrate": "huijian-owner",
        "huijian-purge": "huijian-owner",
    }
    urls = {name: one["environment"].get("HUIJIAN_DATABASE_URL", "") for name, one in COMPOSE["services"].items()}
    owner = f"//{COMPOSE['services']['database']['environment']['POSTGRES_USER']}:"
    assert {name for name, url in urls.items() if owner in url} == {"migrate", "purge"}
    assert "//huijian_service:" in urls["huijian"]


def stages():
    return re.split(r"^FROM ", CONTAINERFILE, flags=re.M)[1:]


def test_the_final_image_installs_nothing_and_runs_as_nobody_special():
    *_, final = stages()
    assert len(stages()) == 2
    assert not re.search(r"pip install|apt-get|gcc|curl", final)
    assert re.search(r"^USER 10001:10001$", final, re.M)
    assert re.search(r"^HEALTHCHECK .*\n.*/readyz", final, re.M)
    assert PODS["huijian"]["securityContext"]["runAsUser"] == 10001


def test_what_the_image_copies_is_there_and_is_sent_to_the_builder():
    sent = set(re.findall(r"^!(\S+)$", (REPOSITORY / ".containerignore").read_text(encoding="utf-8"), re.M))
    copied = {path for line in re.findall(r"^COPY (?!--)(.+)$", CONTAINERFILE, re.M) for path in line.split()[:-1]}
    assert copied == sent
    assert all((REPOSITORY / path).exists() for path in copied)


def test_the_image_holds_whatever_the_bundle_holds():
    bundle = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text(encoding="utf-8"))["include"]
    folders = {Path(pattern.strip("/").split("*")[0]).as_posix() for pattern in bundle} - {"bentofile.yaml"}
    copied = set(re.findall(r"^!(\S+)$", (REPOSITORY / ".containerignore").read_text(encoding="utf-8"), re.M))
    assert folders <= copied


@pytest.mark.parametrize("name", ["huijian", "migrate", "purge"])
def test_composed_services_have_a_read_only_root_and_no_capabilities(name):
    service = COMPOSE["services"][name]
    assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["env_file"] == ["huijian.env"]


def test_the_composed_database_is_reached_from_inside_only():
    assert "ports" not in COMPOSE["services"]["database"]
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["huijian"]["ports"] == ["127.0.0.1:3000:3000"]
