"""Names of objects: URIs in, buckets, keys and places in a folder out."""

import pytest

from local.sagemaker.s3files import S3Problem, relative_key, split

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "uri",
    [
        "s3://bucket/a/b.csv",
        "https://s3.amazonaws.com/bucket/a/b.csv",
        "https://s3.us-east-1.amazonaws.com/bucket/a/b.csv",
        "https://s3-us-west-2.amazonaws.com/bucket/a/b.csv",
        "https://bucket.s3.us-east-1.amazonaws.com/a/b.csv",
    ],
)
def test_all_of_s3s_addresses_of_an_object_are_understood(uri: str) -> None:
    assert split(uri) == ("bucket", "a/b.csv")


@pytest.mark.parametrize("uri", ["bucket/a", "https://example.com/bucket/a", "https://s3.amazonaws.com/", "s3:///a"])
def test_what_is_no_address_of_an_object_is_named(uri: str) -> None:
    with pytest.raises(S3Problem, match="is not an S3 URI"):
        split(uri)


@pytest.mark.parametrize(
    ("key", "prefix", "place"),
    [
        ("data/train/a.csv", "data/train/", "a.csv"),
        ("data/train/a.csv", "data/train", "a.csv"),
        ("data/train/a.csv", "data/tr", "train/a.csv"),
        ("data/train/a.csv", "data/train/a.csv", "a.csv"),
        ("data/train/x/a.csv", "data/train/", "x/a.csv"),
    ],
)
def test_an_object_lands_below_its_channel_as_its_key_follows_the_prefix(key: str, prefix: str, place: str) -> None:
    assert relative_key(key, prefix) == place
