"""Bundles: all that a server without a way out needs, in one signed directory."""

from appliance.bundle.build import Ingredients, build
from appliance.bundle.seal import Seal, verify_bundle

__all__ = ["Ingredients", "Seal", "build", "verify_bundle"]
