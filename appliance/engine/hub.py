"""Fetches a snapshot of a repository from the model hub, or from a mirror of it."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import httpx
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils.tqdm import disable_progress_bars

from appliance.engine.catalogue import MEBIBYTE, HubSource
from appliance.engine.progress import Progress, growing
from appliance.engine.wheels import DownloadFailed
from appliance.errors import ModelError

_GONE = (401, 403, 404)


def mirror(environ: Mapping[str, str] = os.environ) -> str | None:
    """The base address of the hospital's mirror, from HF_ENDPOINT; None: the hub itself."""
    return environ.get("HF_ENDPOINT") or None


def commit_of(source: HubSource, endpoint: str | None) -> str:
    """The commit that the source's revision stands for now.

    Raises:
        DownloadFailed: the hub cannot be reached.
        ModelError: it has no such repository or revision.
    """
    try:
        found = HfApi(endpoint=endpoint).model_info(source.repository, revision=source.revision)
    except (httpx.HTTPError, OSError) as error:
        raise _translated(source, error) from error
    if found.sha is None:
        raise ModelError(f"{source.repository}: the hub names no commit for {source.revision!r}")
    return found.sha


def snapshot(source: HubSource, into: Path, endpoint: str | None, progress: Progress) -> None:
    """Fetches the files into the folder; a second try goes on where the first one ended.

    Raises:
        DownloadFailed: the hub cannot be reached, or broke off.
        ModelError: it has no such repository or revision.
    """
    progress.begin(f"downloading {source.repository}", source.size_mib * MEBIBYTE)
    # Its own bars would be drawn over ours.
    disable_progress_bars()
    try:
        with growing(into, progress):
            HfApi(endpoint=endpoint).snapshot_download(
                source.repository,
                revision=source.revision,
                local_dir=into,
                allow_patterns=list(source.include),
                ignore_patterns=list(source.exclude),
            )
    except (httpx.HTTPError, OSError) as error:
        raise _translated(source, error) from error
    # The client's own notes about a download that can be resumed; this one is complete.
    shutil.rmtree(into / ".cache", ignore_errors=True)


def _translated(source: HubSource, error: Exception) -> ModelError | DownloadFailed:
    if isinstance(error, HfHubHTTPError) and error.response.status_code in _GONE:
        return ModelError(
            f"{source.repository}@{source.revision}: the hub does not give it "
            f"({error.response.status_code}): is the name right, and does the mirror carry it?"
        )
    return DownloadFailed(
        f"{source.repository}: the hub cannot be reached or broke off ({error}); try again, or set "
        "HF_ENDPOINT to the address of a mirror"
    )
