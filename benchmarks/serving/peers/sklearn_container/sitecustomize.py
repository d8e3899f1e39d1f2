"""sagemaker-containers was written for a Python that still had `collections.Mapping`; AWS's own image mends it, too."""

import collections
import collections.abc

collections.Mapping = collections.abc.Mapping
