from __future__ import annotations

from pathlib import Path

from tradewind_tools.deployment.provider import PROVIDER, find_mirror, places, settings


def test_first_folder_with_a_version_is_the_mirror(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    (empty / PROVIDER).mkdir(parents=True)
    (full / PROVIDER / "5.100.0" / "linux_amd64").mkdir(parents=True)
    assert find_mirror([tmp_path / "nowhere", empty, full]) == full


def test_without_a_mirror_terraform_uses_the_registry(tmp_path: Path) -> None:
    assert find_mirror([tmp_path]) is None


def test_plugin_cache_comes_before_the_users_folders(tmp_path: Path) -> None:
    found = list(places({"TF_PLUGIN_CACHE_DIR": "cache"}, home=tmp_path))
    assert found[:2] == [Path("cache"), tmp_path / ".terraform.d" / "plugins"]
    assert Path("/usr/share/terraform/plugins") in found


def test_only_this_provider_comes_from_the_mirror(tmp_path: Path) -> None:
    text = settings(tmp_path)
    assert f'path    = "{tmp_path}"' in text
    assert text.count('["registry.terraform.io/hashicorp/aws"]') == 2
