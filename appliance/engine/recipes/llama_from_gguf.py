"""The recipe `llama-from-gguf`: a folder that vLLM loads, out of a GGUF file."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.errors import ModelError

# Runs in the engine's environment, which has torch and transformers; this one has neither. `dequantize` is
# needed: a model that keeps the GGUF's blocks cannot be saved.
_CONVERT = """
import sys
from pathlib import Path
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

gguf, into = Path(sys.argv[1]), sys.argv[2]
model = AutoModelForCausalLM.from_pretrained(
    gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
)
model.save_pretrained(into)
AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(into)
"""
_TIME_LIMIT_S = 15 * 60


def assemble(parts: Mapping[str, Path], into: Path, engine_python: Callable[[], Path]) -> None:
    """Writes weights in bfloat16, configuration, tokenizer and chat template.

    Args:
        parts: one GGUF file.
        into: an empty folder.
        engine_python: gives the interpreter of vLLM's environment; installs it first if need be.

    Raises:
        ModelError: the conversion failed; the text ends with its last words.
    """
    (gguf,) = parts.values()
    offline = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "PATH": "/usr/bin:/bin", "HOME": str(into.parent)}
    command = [str(engine_python()), "-c", _CONVERT, str(gguf), str(into)]
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and script, no shell)
            command, env=offline, capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{gguf.name}: the conversion did not end within {_TIME_LIMIT_S} s") from error
    if done.returncode != 0:
        raise ModelError(
            f"{gguf.name}: the conversion ended with {done.returncode}: {done.stderr.strip()[-2000:]}"
        )
