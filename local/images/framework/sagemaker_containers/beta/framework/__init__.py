"""Codecs and answers for `input_fn` and `output_fn`; the other names exist so that scripts can import them."""

from sagemaker_containers.beta.framework import content_types, encoders, env, modules, transformer, worker

__all__ = ["content_types", "encoders", "env", "modules", "transformer", "worker"]
