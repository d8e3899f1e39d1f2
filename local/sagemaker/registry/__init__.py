"""The model registry: model package groups, their versions, and what a model is made of by naming one."""
