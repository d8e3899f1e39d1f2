"""`trainyard ab`: how the variants of a live A/B test do, each beside the others.

live -> traffic (CloudWatch) --------------------+
     -> feedback + captures (S3) -> judged rows -> report -> view, JSON, published metrics
                                      posterior -+
"""
