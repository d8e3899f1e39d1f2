"""The stand-in for the scikit-learn framework image: script mode with scikit-learn's defaults."""
